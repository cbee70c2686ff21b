"""A JupyterHub with the demo's course: ``python -m demo.hub``."""

import argparse
import datetime
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from rich.console import Console

from demo import workspace
from demo.course import Course, StepFailed, logging_to
from demo.lab import DidNotStart, free_port, wait_until_ready
from demo.progress import Steps
from demo.run import run
from demo.students import CLASS

RECIPE = workspace.REPOSITORY / "deploy" / "jupyterhub"
DEFAULT = workspace.REPOSITORY / "hub"
_PORTS = 4  # from the public one on
_STOP_SECONDS = 40.0
_WAIT_SECONDS = 60.0

_ON_THE_HUB = """
# On the Hub the exchange is ngshare. ngshare_exchange asks for USER while it is imported, which services may not have.
import os

os.environ.setdefault("USER", "grading")
from ngshare_exchange import configureExchange

configureExchange(c, os.environ.get("NGSHARE_URL", "http://127.0.0.1:8000/services/ngshare"))
configure(c)  # once more, and last: it sees that the exchange is ngshare, and keeps its bounds
"""


class Hub:
    """A running Hub; a context manager that makes what is missing in its folder, and stops it at the end.

    Args:
        folder: of the Hub, with the course in it; what is there already is kept.
        port: the public one; the next ports are the Hub's too.
        address: where browsers find it; by itself `hub.localhost`, which browsers know to be their own machine.
        one_address: whether all servers are there too, and not each at a name of its own.
    """

    def __init__(
        self, folder: Path, port: int = 8000, *, address: str | None = None, one_address: bool = False
    ) -> None:
        self.folder = folder
        self.course = folder / "course"
        self.port = _free_ports(port)
        self.local = f"http://127.0.0.1:{self.port}"  # for programs, which may not know the name
        self.url = address or (self.local if one_address else f"http://hub.localhost:{self.port}")
        self._one_address = one_address
        self.log = folder / "hub.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def people(self) -> Mapping[str, Any]:
        """Who may log in, and as what."""
        found: Mapping[str, Any] = tomllib.loads((self.folder / "people.toml").read_text())
        return found

    @property
    def passwords(self) -> Mapping[str, str]:
        """Name → password."""
        found: Mapping[str, str] = self._secrets()["passwords"]
        return found

    def prepare(self) -> None:
        """Write down who takes part, and give those passwords that have none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "people.toml").exists():
            shutil.copy(RECIPE / "people.toml", self.folder)
        known = self._secrets()
        names = [name for role in ("instructors", "tas", "students") for name in self.people[role]]
        known["passwords"] = {name: secrets.token_urlsafe(8) for name in names} | known["passwords"]
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file, indent=1)

    def __enter__(self) -> Self:
        self.prepare()
        if _ON_THE_HUB not in (self.course / "nbgrader_config.py").read_text():
            with (self.course / "nbgrader_config.py").open("a") as config:
                config.write(_ON_THE_HUB)
        where = {"HUB_FOLDER": str(self.folder), "HUB_PORT": str(self.port), "HUB_ADDRESS": self.url}
        where["HUB_ONE_ADDRESS"] = str(int(self._one_address))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(RECIPE / "jupyterhub_config.py")],
                cwd=self.folder,
                env={**os.environ, **where},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us, who end it in order
            )
        try:
            wait_until_ready("JupyterHub", self._process, self.log, self._runs)
            self._enroll()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def wait(self) -> int:
        """Wait until the Hub ends; returns its exit status."""
        return self._process.wait() if self._process else 0

    def release(self, assignments: Collection[str]) -> None:
        """Have students find assignments; those that they find already are left alone."""
        there = self.ask("GET", f"assignments/{self.people['course']}")["assignments"]
        os.environ |= {"NGSHARE_URL": f"{self.local}/services/ngshare", "JUPYTERHUB_API_TOKEN": self._token()}
        os.environ.setdefault("USER", "grading")
        with logging_to(self.folder / "release.log"):
            course = Course(self.course)
            for student in self.people["students"]:
                course.enrol(student)
            for assignment in sorted(set(assignments) - set(there)):
                if (self.course / "release" / assignment).is_dir():
                    course.publish(assignment)
                else:
                    course.release(assignment)

    def ask(self, method: str, path: str, **sent: str) -> Any:
        """What ngshare answers to the grading service.

        Raises:
            requests.HTTPError: it refuses.
        """
        headers = {"Authorization": f"token {self._token()}"}
        url = f"{self.local}/services/ngshare/{path}"
        answer = requests.request(method, url, headers=headers, data=sent, timeout=_WAIT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def _enroll(self) -> None:
        people = self.people
        graders = [*people["instructors"], *people["tas"]]
        if people["course"] not in self.ask("GET", "courses")["courses"]:
            self.ask("POST", f"course/{people['course']}", instructors=json.dumps(graders))
        nobody = {"first_name": "", "last_name": "", "email": ""}
        students = [{"username": name, **nobody} for name in people["students"]]
        self.ask("POST", f"students/{people['course']}", students=json.dumps(students))

    @property
    def _path(self) -> Path:
        return self.folder / "secrets.json"

    def _secrets(self) -> dict[str, Any]:
        with suppress(FileNotFoundError):
            found: dict[str, Any] = json.loads(self._path.read_text())
            return found
        return {"passwords": {}, "grading_token": secrets.token_hex(32)}

    def _token(self) -> str:
        return str(self._secrets()["grading_token"])

    def _runs(self) -> bool:
        return "JupyterHub is now running" in self.log.read_text(errors="replace")

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def set_up(folder: Path) -> None:
    """Install what the Hub needs; does nothing where all of it is there.

    Raises:
        subprocess.CalledProcessError: something could not be installed; it has said what.
    """
    subprocess.run([RECIPE / "setup.sh", sys.executable, folder], check=True)


def _free_ports(first: int) -> int:
    """The first of as many ports as the Hub needs that nobody listens on."""
    while any(free_port(port) != port for port in range(first, first + _PORTS)):
        first += _PORTS
    return first


def _interrupt(signum: int, frame: object) -> None:
    """End as with Ctrl-C, so that no server stays behind."""
    del signum, frame
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the Hub; set up and make the course first where there is none."""
    parser = argparse.ArgumentParser(prog="python -m demo.hub", description=__doc__)
    parser.add_argument("--folder", type=Path, default=DEFAULT, metavar="DIR", help="of the Hub (default: hub/)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--address", metavar="URL", help="where browsers find it (default: http://hub.localhost:PORT)")
    parser.add_argument("--one-address", action="store_true", help="for a trial where names below it lead nowhere")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console(soft_wrap=True, highlight=False)
    try:
        print("Setting up (a minute, the first time) …", flush=True)
        set_up(folder)
        if not (folder / "course" / "gradebook.db").is_file():
            run(folder / "course", CLASS, Steps(console))
            _allow_time(Course(folder / "course"))
        with Hub(folder, options.port, address=options.address, one_address=options.one_address) as hub:
            hub.release([path.name for path in (hub.course / "source").iterdir() if path.is_dir()])
            print(_how_to_log_in(hub), flush=True)
            return hub.wait()
    except KeyboardInterrupt:
        return 0
    except StepFailed as failure:
        print(f"{failure.log}\n{failure}", file=sys.stderr)
    except (DidNotStart, subprocess.CalledProcessError, workspace.NotAWorkspace) as failure:
        print(failure, file=sys.stderr)
    return 1


def _allow_time(course: Course) -> None:
    """Have the assignments due in two weeks: the demo class handed in, and some of it late."""
    due = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(days=14)
    for assignment in course.assignments:
        course.set_due(assignment, due)


def _how_to_log_in(hub: Hub) -> str:
    roles = {"instructors": "instructor", "tas": "TA", "students": "student"}
    people = [(name, hub.passwords[name], text) for role, text in roles.items() for name in hub.people[role]]
    lines = [f"  {name:<14} {password:<14} {role}" for name, password, role in people]
    return "\n".join(
        [
            f"The Hub runs: {hub.url}",
            f"  {'name':<14} {'password':<14}",
            *lines,
            "Students: Nbgrader → Assignment List → Fetch, work, Submit; seconds later Fetch Feedback.",
            "Instructor and TA: Nbgrader → Formgrader.",
            f"Log: {hub.log}\nStop with Ctrl-C.",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
