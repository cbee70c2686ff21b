"""Writing: anything that outlives the submission or belongs to others."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile.row import NOTEBOOK, NOTHING, SOLVED, Document, Row, Target

WRITE = """
import os
folders = [@COURSE@, @COURSE@ + "/submitted/zzz-honest/03-ols", @OUTSIDE@, "..", "../..", "/proc/1/root/tmp", "/"]
for folder in folders + "/root /home /etc /var/tmp /usr/bin /opt /opt/site /opt/sandbox/inside".split():
    for name in ("@MARK@", "gradebook.db", "sitecustomize.py", "timestamp.txt"):
        try: open(os.path.join(folder, name), "a").write("@MARK@"); print("wro" + "te:", folder, name)
        except OSError: pass
        try: os.symlink("/", os.path.join(folder, "@MARK@-link"))
        except OSError: pass
for folder in (".", "/tmp", "/dev/shm"): open(folder + "/@MARK@", "w").write("x")
"""

BREAK_OUT = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None)
print([libc.unshare(flag) for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000)], libc.chroot(b"/tmp"))
print(libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0), libc.umount2(b"/opt/site", 2), libc.pivot_root(b"/", b"/tmp"))
print(libc.setuid(0), libc.setgid(0))
for command in ("sudo -n id", "su -c id", "unshare -Ur id", "bwrap --bind / / id", "mount -o remount,rw /",
                "newgrp root", "nsenter -t 1 -m id", "mknod /tmp/sda b 8 0", "setpriv --reuid 0 id"):
    print(subprocess.run(command, shell=True, capture_output=True, stdin=subprocess.DEVNULL).stdout)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/proc/self/uid_map",
             "/proc/sys/kernel/hostname", "/proc/1/oom_score_adj", "/sys/fs/cgroup/cgroup.procs"):
    try: open(path, "w").write("|/tmp/@MARK@"); print("wro" + "te:", path)
    except OSError: pass
"""

LEFT = """
import builtins, ctypes, mmap, numpy, os, socket
libc = ctypes.CDLL(None)
segment = libc.shmget(0x6c6d6d48, 4096, 0o1666); libc.shmat(segment, None, 0)
libc.semget(0x6c6d6d48, 1, 0o1666); libc.msgget(0x6c6d6d48, 0o1666); libc.mq_open(b"/@MARK@", 0o102, 0o666, None)
libc.memfd_create(b"@MARK@", 0)
open("/dev/shm/@MARK@", "w").write("left"); open("/tmp/@MARK@", "w").write("left")
builtins.left = numpy.left = "left"
socket.socket(socket.AF_UNIX).bind("\\0@MARK@")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import signal, time
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: open("/tmp/@MARK@", "w").write("left"); time.sleep(0.01)
    os._exit(0)
"""

EASY = b"Reaction,Days,Subject\n" + b"".join(b"%d,%d,%d\n" % (day, day, 308 + day) for day in range(10))
SHADOW = (
    b"import os\nfor folder in ('.', '/tmp', @OUTSIDE@, @COURSE@):\n"
    b"    try: open(os.path.join(folder, '@MARK@'), 'w').write('imported')\n    except OSError: pass\n"
    b"def __getattr__(name): raise ImportError(name)\n"
)
SHADOWED = "numpy autograder autograder/checks/__init__ sitecustomize usercustomize lmmsolutions nbgrader json conftest"
ODD_NAMES = (
    b"-rf",
    b"a\nb.csv",
    b"\x1b]0;owned\x07.csv",
    b"$(touch owned).csv",
    b";touch owned;.csv",
    b"\xff\xfe.csv",
    b"x" * 250,
    b"..csv",
    b"...",
    b" ",
    b"C:\\nul",
    "‮fdp.csv".encode(),
    b"<img src=x onerror=alert(1)>.png",
)
ODD_NOTEBOOKS = (
    b"\xff.ipynb",
    b"..ipynb",
    b".ipynb",
    b"a\nb.ipynb",
    b"03-ols (1).ipynb",
    b"03-OLS.ipynb",
    b"[0-9]*.ipynb",
    b"sub/03-ols.ipynb",
    b"a[b]/03-ols.ipynb",
    b".ipynb_checkpoints/03-ols-checkpoint.ipynb",
    b"gradebook.ipynb",
)


def own_data(document: Document) -> None:
    """The locked cell that reads the data reads other data."""
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "setup":
            cell["source"] = (
                "import pandas as pd\nsleep_study_data = pd.DataFrame({'Days': [0, 1], 'Reaction': [0, 1]})"
            )


def nested(folder: Path, target: Target) -> None:
    """Folders in folders, deeper than Python recurses."""
    del target
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("ddd", dir_fd=here)
        deeper = os.open("ddd", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(os.open("deep.csv", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def folder_named(name: str):
    """A folder where a file should be."""

    def place(folder: Path, target: Target) -> None:
        del target
        (folder / name).unlink(missing_ok=True)
        (folder / name / "inner").mkdir(parents=True)
        (folder / name / "inner" / "file.csv").write_bytes(b"a,b\n1,2\n")

    return place


ROWS = (
    Row(
        "anywhere",
        "Files and links in the course folder, beside it, in system folders and among the packages.",
        code={"q3a": WRITE},
        hides=("wrote:",),
        says=NOTHING,
    ),
    Row(
        "break out",
        "Root, namespaces, mounts, devices, the kernel's own files.",
        code={"q3a": BREAK_OUT},
        hides=("uid=0(root) gid=0(root) groups=0(root)", "wrote:"),
        says=NOTHING,
    ),
    Row(
        "left behind",
        "Shared memory, queues, sockets, files and a process that ignores signals, for the next one.",
        code={"q3a": LEFT},
        says=NOTHING,
    ),
    Row(
        "easier data",
        "Data of its own written over the assignment's before the model is fitted.",
        code={"": f"open('sleepstudy.csv', 'wb').write({EASY!r})"},
        solves=("q3a",),
        earns=(0.0, 0.25),
        says="a fitted OLS model of Reaction by Days, 10 rows",
    ),
    Row(
        "data handed in",
        "A data file of its own beside the notebook; the assignment's is used, so this is honest.",
        files={"sleepstudy.csv": EASY},
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "data in the locked cell",
        "Data of its own in the locked cell; the original is restored, so this is honest.",
        edit=own_data,
        solves=("q3a",),
        earns=1.0,
        says="`setup` had been edited",
    ),
    Row(
        "folder instead of data",
        "A folder with the name of the data file.",
        place=folder_named("sleepstudy.csv"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "folder instead of a notebook",
        "A folder with the name of the notebook.",
        content=b"",
        place=folder_named(NOTEBOOK),
        says="not a notebook|special file",
    ),
    Row(
        "shadowed modules",
        "Files with the names of modules that the grader imports.",
        files={f"{name}.py": SHADOW for name in SHADOWED.split()},
        code={"end": "import autograder, sitecustomize"},
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "odd file names",
        "File names with line breaks, escape sequences, commands, bytes that are no text.",
        files=dict.fromkeys(ODD_NAMES, b"x"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "further notebooks",
        "Notebooks under other names, which nobody asked for.",
        files=dict.fromkeys(ODD_NOTEBOOKS, b"{}"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "further pages",
        "Pages of its own among the feedback, one under the name of the real one.",
        files={
            "03-ols.html": b"@MARK@ full points",
            "results.html": b"<script>@MARK@</script>",
            "a/b.svg": b"<svg>@MARK@",
        },
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row("deep folders", "Folders nested 1500 deep.", place=nested, solves=("q3a",), earns=1.0, says=SOLVED),
    Row(
        "hidden folders",
        "Folders that nbgrader and the grader use themselves.",
        files={
            ".autograder/03-ols/03-ols/x": b"0" * 64,
            ".git/hooks/post-checkout": b"#!/bin/sh",
            "feedback/x.html": b"x",
            "submission_secret.txt": b"0" * 64,
            "__pycache__/numpy.cpython-311.pyc": b"x",
        },
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
)
