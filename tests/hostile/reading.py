"""Reading: the course folder, other submissions, the machine and the network."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.row import ASSIGNMENT, NOTEBOOK, NOTHING, SOLVED, Row, Target


def link_to(where: str, name: str, *, from_course: bool = True):
    """Puts a link into the folder that was handed in."""

    def place(folder: Path, target: Target) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target.course / where if from_course else where)

    return place


READ = """
import glob, os
for path in {paths}:
    for found in glob.glob(path) or [path]:
        try: print("reached:", os.listdir(found) if os.path.isdir(found) else open(found, errors="replace").read(3000))
        except OSError as refused: print(refused.strerror)
"""

DIAL = """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET, ("0.0.0.0", @PORT@)),
                        (socket.AF_INET6, ("::1", @PORT@)), (socket.AF_UNIX, "\\0lmm-hostile-@PORT@"),
                        (socket.AF_INET, ("192.0.2.1", 80))):
    try:
        call = socket.socket(family); call.settimeout(0.2); call.connect(address)
        call.sendall(b"@MARK@"); print(call.recv(99))
    except OSError as refused: print(address, refused)
"""

DESCRIPTORS = """
import fcntl, os, socket, stat
for number in range(1024):
    try:
        kind = os.fstat(number).st_mode
        print(number, oct(kind), os.readlink(f"/proc/self/fd/{number}"))
        if number != 3: os.set_blocking(number, False); print(os.read(number, 1000))
    except OSError: pass
"""

OTHER_PROCESSES = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
class Part(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
here = ctypes.create_string_buffer(4096)
for pid in {1, os.getppid(), *(int(name) for name in os.listdir("/proc") if name.isdigit())} - {os.getpid()}:
    print(pid, libc.ptrace(16, pid, 0, 0), libc.ptrace(0x4206, pid, 0, 0), ctypes.get_errno())
    there = Part(0x400000, 4096)
    print(libc.process_vm_readv(pid, ctypes.byref(Part(ctypes.addressof(here), 4096)), 1, ctypes.byref(there), 1, 0))
    for name in ("mem", "root/home", "fd/0", "fd/3", "cwd", "task"):
        try: print(name, open(f"/proc/{pid}/{name}", "rb").read(100))
        except (OSError, ValueError) as refused: print(name, refused)
    try: print(os.pidfd_open(pid)); libc.syscall(438, os.pidfd_open(pid), 3, 0)
    except OSError as refused: print(refused)
"""


def student_link(folder: Path, target: Target) -> None:
    """The folder of the student, as a link to a neighbour's."""
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(target.course / "submitted" / "aaa-honest")


ROWS = (
    Row(
        "a neighbour's folder",
        "A folder that is a link to the one of an honest student.",
        content=b"",
        place=student_link,
        says="link or a special file",
    ),
    Row(
        "course folder",
        "The gradebook, the source notebooks and other submissions by their full path.",
        code={
            "q3a": "course = @COURSE@\n"
            + READ.format(
                paths="[course, course + '/gradebook.db', course + '/source/*/*.ipynb', course + '/submitted/*/*/*']"
            )
        },
        says=NOTHING,
    ),
    Row(
        "way up",
        "The same by relative paths and by searching everything.",
        code={
            "q3a": READ.format(
                paths="['../' * n + '*' for n in range(9)] + ['/**/gradebook.db', '/proc/self/cwd/../*', "
                "'/proc/1/root/*', '/proc/1/cwd/*', '/newroot/*', '/oldroot/*', '/.bwrap*']"
            )
        },
        says=NOTHING,
    ),
    Row(
        "users of the machine",
        "Accounts, host name, keys.",
        code={
            "q3a": READ.format(
                paths="['/etc/passwd', '/etc/shadow', '/etc/hostname', '/etc/hosts', '/etc/ssh/*', '/root', "
                "'/root/.*', '/home/*', '/var/log/*', '/run/*', '/mnt/*', '/sys/class/*', '/etc/resolv.conf']"
            )
        },
        hides=("root:x:0:0", "root:*:"),
        says=NOTHING,
    ),
    Row(
        "link to the gradebook",
        "A data file that is a link to the gradebook, for the code to read.",
        place=link_to("gradebook.db", "notes.csv"),
        code={"q3a": READ.format(paths="['notes.csv', '*']")},
        says=NOTHING,
    ),
    Row(
        "link for the feedback",
        "A page that is a link to the gradebook, to be published among the feedback.",
        place=link_to("gradebook.db", "results.html"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "link to a folder",
        "A folder that is a link to all submissions.",
        place=link_to("submitted", "others"),
        code={"q3a": READ.format(paths="['others/*/*/*', '*', '*/*']")},
        says=NOTHING,
    ),
    Row(
        "link to the course",
        "A link that leaves the folder by a relative path.",
        place=link_to(f"../../../source/{ASSIGNMENT}/{NOTEBOOK}", "my.txt", from_course=False),
        code={"q3a": READ.format(paths="['my.txt']")},
        says=NOTHING,
    ),
    Row(
        "another's notebook",
        "A notebook that is a link to the one of an honest student.",
        content=b"",
        place=link_to(f"submitted/aaa-honest/{ASSIGNMENT}/{NOTEBOOK}", NOTEBOOK),
        says="link or a special file",
    ),
    Row(
        "the source notebook",
        "A notebook that is a link to the instructor's, with all solutions.",
        content=b"",
        place=link_to(f"source/{ASSIGNMENT}/{NOTEBOOK}", NOTEBOOK),
        says="link or a special file",
    ),
    Row(
        "time stamp as a link",
        "A time stamp that is a link to the gradebook.",
        place=link_to("gradebook.db", "timestamp.txt"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "what others left",
        "Files, shared memory and objects that an earlier submission may have left.",
        code={
            "q3a": READ.format(
                paths="['/tmp/*', '/dev/shm/*', '/tmp/.*', '/home/student/*', '/home/student/.*', '/var/tmp/*']"
            )
            + "import builtins, numpy, pandas\nfor one in (builtins, numpy, pandas): print(vars(one).get('left'))"
        },
        says=NOTHING,
    ),
    Row(
        "servers of the machine",
        "A server on this machine, by address and by abstract socket, and one outside.",
        code={"q3a": DIAL},
        hides=("canary-of-the-server",),
        says=NOTHING,
    ),
    Row("open descriptors", "Whatever the process has open.", code={"q3a": DESCRIPTORS}, says=NOTHING),
    Row(
        "other processes",
        "Memory, descriptors and folders of process 1 and of the parent.",
        code={"q3a": OTHER_PROCESSES},
        says=NOTHING,
    ),
)
