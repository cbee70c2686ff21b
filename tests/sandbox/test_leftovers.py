"""Nothing of a session is left for the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Sandbox
from tests.sandbox.conftest import DATA


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """Whose process 1 has loaded what is looked at."""
    with Sandbox(preload=("matplotlib",)) as box:
        yield box


LEAVES = {
    "file": "open('left', 'w').write('x')",
    "hidden file": "open('.left', 'w').write('x')",
    "changed data": "open('sleepstudy.csv', 'w').write('changed')",
    "file in /tmp": "open('/tmp/left', 'w').write('x')",
    "shared memory": "open('/dev/shm/left', 'w').write('x')",
    "startup script": "open('/home/student/sitecustomize.py', 'w').write('raise SystemExit')",
    "matplotlib settings": (
        "import os; os.makedirs('/tmp/matplotlib', exist_ok=True)\n"
        "open('/tmp/matplotlib/matplotlibrc', 'w').write('figure.dpi: 3')"
    ),
    "IPython profile": (
        "import os; os.makedirs('/tmp/ipython/profile_default/startup')\n"
        "open('/tmp/ipython/profile_default/startup/0.py', 'w').write('left = 1')"
    ),
    "deep folders": "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')",
    "attributes": (
        "import os, contextlib\nfor folder in ('.', '/tmp', '/dev/shm'):\n    os.utime(folder, (1, 123456789))\n"
        "    with contextlib.suppress(OSError): os.setxattr(folder, 'user.left', b'x')"
    ),
    "closed folders": (
        "import os; os.makedirs('a/b/c'); open('a/b/c/f', 'w')\n"
        "for name in ('a/b', 'a', '.', '/tmp'): os.chmod(name, 0)"
    ),
    "odd names": "import os\nfor n in (b'\\xff', b'a\\nb', b'-rf', b'x' * 255): open(n, 'w')",
    "links": "import os; os.symlink('/', 'root'); os.link('sleepstudy.csv', '/home/student/hard'); os.mkfifo('pipe')",
    "socket": "import socket; socket.socket(socket.AF_UNIX).bind('s')",
    "changed builtins": "import builtins, numpy; builtins.ord = None; numpy.mean = None",
    "environment": "import os; os.environ['LEFT'] = '1'",
    "daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        while True: open('/tmp/left', 'w').write('x'); time.sleep(0.001)\n    os._exit(0)"
    ),
    "thread": (
        "import threading, time\ndef f():\n    while True: open('/tmp/left', 'w').close(); time.sleep(0.001)\n"
        "threading.Thread(target=f, daemon=True).start()"
    ),
    "stopped process": "import signal, subprocess as s; s.Popen(['sleep', '99']).send_signal(signal.SIGSTOP)",
    "at exit": "import atexit; atexit.register(lambda: open('/tmp/left', 'w').close())",
    "listening": "import socket; s = socket.create_server(('127.0.0.1', 4711)); import os; os.fork()",
}
CLEAN = """
import os, builtins, numpy, matplotlib, socket
left = [f for d in ('/home/student', '/tmp', '/dev/shm') for f in os.listdir(d) if f != 'matplotlib']
left += [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
left += [n for n in ('LEFT',) if n in os.environ]
left += [x for x in (builtins.ord, numpy.mean) if x is None]
socket.create_server(('127.0.0.1', 4711)).close()
left += [matplotlib.rcParams['figure.dpi']] * (matplotlib.rcParams['figure.dpi'] == 3)
left += [a for d in ('/home/student', '/tmp', '/dev/shm') for a in os.listxattr(d)]
left += [d for d in ('/tmp', '/dev/shm') if os.stat(d).st_mtime == 123456789]
modes = [oct(os.stat(d).st_mode) for d in ('/home/student', '/tmp', '/dev/shm')]
"""


@pytest.mark.parametrize("name", LEAVES)
def test_nothing_is_left(box: Sandbox, name: str) -> None:
    with box.session(DATA) as session:
        assert session.run(LEAVES[name], "c1").error is None
    with box.session({}) as session:
        run = session.run(CLEAN, "c1")
        assert run.error is None, run
        assert session.value("left") == []
        assert session.value("modes") == ["0o40755", "0o41777", "0o41777"]
