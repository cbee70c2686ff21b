#!/bin/sh
# Installs the system packages that grading needs, where it may; otherwise says which command does it.
# With the argument "test" also what only the tests need.
set -eu

missing=""
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
command -v setpriv >/dev/null 2>&1 || missing="$missing util-linux"
PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libseccomp\.so\.2' || missing="$missing libseccomp2"
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"

if [ "${1:-}" = test ]; then
    # The browser tests open the formgrader and the feedback as a person would.
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    # One of them starts a server of its own in a temporary folder, with the gradebook in it.
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 \
        || missing="$missing postgresql"
fi

[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        echo "Installing system packages:$missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        # shellcheck disable=SC2086  # a list of names
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
        exit 0
    fi
    if sudo -n true >/dev/null 2>&1; then
        echo "Installing system packages with sudo:$missing"
        sudo -n apt-get update -qq
        # shellcheck disable=SC2086
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
        exit 0
    fi
    echo "These system packages are missing. Install them once with" >&2
    echo "    sudo apt-get install$missing" >&2
    echo "and run make again." >&2
else
    echo "Install these with your system's package manager and run make again:$missing" >&2
fi
exit 1
