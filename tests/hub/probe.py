"""What a student tries from inside their own server; runs in a notebook there, and prints what came of it as JSON."""

import contextlib
import json
import os
import pathlib
import socket
import urllib.error
import urllib.request

PATHS = []  # filled in by the test, as are the next three
PORTS = []
ADDRESSES = []
ABSTRACT = ""

getaddrinfo = socket.getaddrinfo  # names below localhost are this machine, which not every system knows
socket.getaddrinfo = lambda host, *rest, **named: getaddrinfo(
    "127.0.0.1" if host.endswith(".localhost") else host, *rest, **named
)

found = {"read": [], "reached": [], "answers": {}, "imported": [], "processes": [], "abstract": False, "written": []}
sockets = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
found["own"] = [int(columns[1].split(":")[1], 16) for columns in sockets if columns[3] == "0A"]  # listening
for path in PATHS:
    with contextlib.suppress(OSError):
        found["read"] += [path] if pathlib.Path(path).is_dir() or pathlib.Path(path).read_bytes() else []
for port in PORTS:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        found["reached"].append(port)
with contextlib.suppress(OSError), socket.create_connection(("1.1.1.1", 53), timeout=2):
    found["reached"].append("the internet")
with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as other:
    other.connect(b"\0" + ABSTRACT.encode())
    found["abstract"] = True
for address in ADDRESSES:
    token = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=token), timeout=180) as answer:
            found["answers"][address] = [answer.status, answer.url, answer.read(200_000).decode("utf-8", "replace")]
    except urllib.error.HTTPError as refusal:
        found["answers"][address] = [refusal.code, refusal.url, ""]
for package in ("autograder", "lmmsolutions"):
    with contextlib.suppress(ImportError):
        __import__(package)
        found["imported"].append(package)
for path in ("/etc/jupyter/nbgrader_config.py", "/opt/student_server.py", "/usr/bin/env", os.__file__):
    with contextlib.suppress(OSError), pathlib.Path(path).open("r+"):
        found["written"].append(path)
for entry in pathlib.Path("/proc").glob("[0-9]*"):
    with contextlib.suppress(OSError):
        found["processes"].append((entry / "cmdline").read_text().replace("\0", " "))
print(json.dumps(found))
