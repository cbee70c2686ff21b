"""A student's Jupyter server in a sandbox: the command that the Hub starts for a student.

    python student_server.py HOME

Inside are this Python, the student's home and nothing else of the machine: no course, nobody else's home, no process
of others, no network. What the student's browser reaches, the public address of the Hub, is reached from inside too,
by a socket in a folder that both sides see; the Hub reaches the server by another one. The two halves of this file
pass the bytes on, `outside` and `inside`.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

SOCKETS = Path("/run/hub")  # inside
TO_HUB, TO_SERVER = "to-hub", "to-server"
ANSWERS = ("autograder", "lmmsolutions")  # no student's Python may hold these packages
FIRST_UID = 20_000  # where the Hub runs as root, each student has a user of their own from here on
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def main() -> int:
    """Run the server until it ends or the Hub ends it."""
    server, hub = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]), urlsplit(os.environ["JUPYTERHUB_API_URL"])
    if server.port is None or hub.port is None or hub.hostname is None:
        raise SystemExit("The Hub has to give addresses with ports.")
    if sys.argv[1] == "inside":
        return asyncio.run(inside(server.port, hub.port))
    held = [name for name in ANSWERS for folder in sys.path if (Path(folder) / name).is_dir() and _is_shown(folder)]
    if held:
        print(f"{sys.prefix} holds {', '.join(held)}, which students must not read. Give them another one.")
        return 1
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        return asyncio.run(outside(Path(sys.argv[1]), Path(folder), server.port, hub.hostname, hub.port))


def _is_shown(folder: str) -> bool:
    return any(Path(folder).is_relative_to(shown) for shown in (sys.prefix, sys.base_prefix, "/usr"))


async def outside(home: Path, sockets: Path, port: int, hub_host: str, hub_port: int) -> int:
    """Start the sandbox, and pass on what comes for it and from it."""
    uid = _user(home)
    await asyncio.start_server(_to(lambda: _connect_inside(sockets)), "127.0.0.1", port)
    await asyncio.start_unix_server(_to(lambda: asyncio.open_connection(hub_host, hub_port)), sockets / TO_HUB)
    for path in (sockets, sockets / TO_HUB):
        os.chown(path, uid, uid)
    process = await asyncio.create_subprocess_exec(*command(home, sockets, uid), env=environment(home))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, process.terminate)
    return await process.wait()


async def inside(port: int, hub_port: int) -> int:
    """Start the server in the sandbox, and pass on what comes for it and from it."""
    (SOCKETS / TO_SERVER).unlink(missing_ok=True)
    await asyncio.start_unix_server(_to(lambda: asyncio.open_connection("127.0.0.1", port)), SOCKETS / TO_SERVER)
    await asyncio.start_server(_to(lambda: asyncio.open_unix_connection(SOCKETS / TO_HUB)), "127.0.0.1", hub_port)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "jupyterhub.singleuser")
    return await process.wait()


async def _connect_inside(sockets: Path) -> Streams:
    # The student can put anything into this folder. A link would have us connect them to a socket of the machine's,
    # so what is connected to is what was looked at.
    handle = os.open(sockets / TO_SERVER, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISSOCK(os.fstat(handle).st_mode):
            raise ConnectionRefusedError("no socket")
        return await asyncio.open_unix_connection(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def _to(connect: Callable[[], Awaitable[Streams]]) -> Callable[..., Awaitable[None]]:
    """What a listening socket does with a connection: makes another one, and passes on all bytes both ways."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await connect()
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        for end in (writer, far_writer):
            end.transport.abort()

    return accepted


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()


def _user(home: Path) -> int:
    """The user that owns a home, which is made where there is none."""
    home.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:
        return os.getuid()
    homes = os.open(home.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(homes, fcntl.LOCK_EX)  # a class logs in at the same moment, and no two may get the same user
        if (owner := home.stat().st_uid) < FIRST_UID:
            owner = max([FIRST_UID - 1, *(other.stat().st_uid for other in home.parent.iterdir())]) + 1
            os.chown(home, owner, owner)
    finally:
        os.close(homes)
    home.chmod(0o700)
    return owner


def command(home: Path, sockets: Path, uid: int) -> list[str]:
    """The command line of the sandbox."""
    here = Path(__file__).resolve().parent
    python = dict.fromkeys(str(Path(folder).resolve()) for folder in (sys.base_prefix, sys.prefix))
    system = ["/usr", *python, "/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs", "/etc/fonts"]
    shown = [("--ro-bind", path, path) for path in system if Path(path).exists()]
    shown += [("--ro-bind", str(here / "student"), "/etc/jupyter"), ("--ro-bind", __file__, "/opt/student_server.py")]
    shown += [("--bind", str(home), f"/home/{home.name}"), ("--bind", str(sockets), str(SOCKETS))]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        link = Path("/", name)
        if link.is_symlink():
            shown.append(("--symlink", str(link.readlink()), str(link)))
        elif link.is_dir():
            shown.append(("--ro-bind", str(link), str(link)))
    bwrap = shutil.which("bwrap") or "bwrap"
    isolated = [bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]
    isolated += ["--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "hub"]
    isolated += ["--tmpfs", "/tmp"]  # before what is shown: Python may lie in there
    isolated += [*_arguments(shown, neutral=os.getuid() == 0), "--proc", "/proc", "--dev", "/dev"]
    isolated += ["--remount-ro", "/", "--chdir", f"/home/{home.name}"]
    isolated += ["--", sys.executable, "/opt/student_server.py", "inside"]
    if os.getuid() != 0:
        return isolated
    # As root, the folders are first shown to the student's user, who could not enter some of those above them. A tree
    # of processes of its own, because root's bubblewrap, which has no capabilities, could not end another user's.
    drop = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", "--"]
    first = [bwrap, "--unshare-pid", "--die-with-parent", *_arguments(shown, neutral=False)]
    first += ["--perms", "1777", "--dir", "/tmp"]
    return [*first, "--dev-bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev", "--", *drop, *isolated]


def _arguments(shown: list[tuple[str, str, str]], *, neutral: bool) -> list[str]:
    """Of bubblewrap; ``neutral``: the sources lie where the targets are."""
    arguments = []
    for option, source, target in shown:
        for parent in reversed(Path(target).parents[:-1]):
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += [option, target if neutral and option != "--symlink" else source, target]
    return arguments


def environment(home: Path) -> dict[str, str]:
    """The variables of the server: the Hub's, and none of the machine's."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("JUPYTERHUB_", "JPY_"))}
    kept |= {name: os.environ[name] for name in ("NGSHARE_URL", "COURSE_ID")}
    folder = f"/home/{home.name}"
    return kept | {
        "HOME": folder,
        "USER": home.name,
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "SHELL": "/bin/bash",
        "JUPYTERHUB_ROOT_DIR": folder,
    }


if __name__ == "__main__":
    raise SystemExit(main())
