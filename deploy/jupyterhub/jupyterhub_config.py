"""The Hub of a course. docs/jupyterhub.md explains every line.

The environment says where things are: `HUB_FOLDER` holds all that the Hub keeps, and four ports from `HUB_PORT` on are
the Hub's: the public one, the proxy's own, ngshare's, and the Hub's own. Only the first is for browsers, which find it
at `HUB_ADDRESS`, and each person's server at a name below that.
"""

import hmac
import json
import os
import sys
import tomllib
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.spawner import LocalProcessSpawner

c = get_config()  # noqa: F821  (given by traitlets)

HERE = Path(__file__).resolve().parent
HUB = Path(os.environ["HUB_FOLDER"]).resolve()
COURSE = HUB / "course"
BIN = Path(sys.executable).parent
PORT = int(os.environ.get("HUB_PORT", "8000"))
PUBLIC = f"http://127.0.0.1:{PORT}"  # the public port as this machine reaches it, whatever names it knows
ADDRESS = os.environ.get("HUB_ADDRESS") or f"http://hub.localhost:{PORT}"  # as browsers reach it
ONE_ADDRESS = os.environ.get("HUB_ONE_ADDRESS", "0") != "0"
NGSHARE = f"{PUBLIC}/services/ngshare"

PEOPLE = tomllib.loads((HUB / "people.toml").read_text())
GRADERS = {*PEOPLE["instructors"], *PEOPLE["tas"]}
STUDENTS = set(PEOPLE["students"])
assert "grading" not in GRADERS | STUDENTS, "ngshare would take a person of this name for the grading service"
SECRETS = json.loads((HUB / "secrets.json").read_text())  # passwords, and the token of the grading service

# Addresses: everything but the public one is for this machine only.
c.JupyterHub.bind_url = PUBLIC
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 1}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{PORT + 3}"

# Each server has a name of its own, http://NAME.hub.localhost:8000, so that for browsers it is another site's: what a
# student's server sends can do nothing with what its reader may see elsewhere on the Hub.
if ONE_ADDRESS:
    c.JupyterHub.public_url = ADDRESS
else:
    c.JupyterHub.subdomain_host = ADDRESS
    c.JupyterHub.cookie_host_prefix_enabled = ADDRESS.startswith("https:")  # no server sets another one's cookies
    # Programs on this machine ask ngshare by the number, and need no DNS.
    c.ConfigurableHTTPProxy.extra_routes = {"127.0.0.1/services/ngshare/": f"http://127.0.0.1:{PORT + 2}"}

# What the Hub keeps.
c.JupyterHub.db_url = f"sqlite:///{HUB / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HUB / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(HUB / "proxy.pid")
c.ConfigurableHTTPProxy.command = [
    str(HUB / "proxy/node"),
    str(HUB / "proxy/node_modules/.bin/configurable-http-proxy"),
]


class Passwords(Authenticator):
    """A password for each person; take your university's login in its place."""

    async def authenticate(self, handler, data):
        """The name of who gave the right password."""
        del handler
        expected = SECRETS["passwords"].get(data["username"], "")
        right = hmac.compare_digest(expected.encode(), data["password"].encode())
        return data["username"] if expected and right else None


c.JupyterHub.authenticator_class = Passwords
c.Authenticator.allowed_users = GRADERS | STUDENTS
c.Authenticator.admin_users = set(PEOPLE["instructors"])


class CourseSpawner(LocalProcessSpawner):
    """Servers of graders in the course folder, servers of students in a sandbox each."""

    @property
    def grades(self) -> bool:
        """Whether this server belongs to somebody who grades."""
        return self.user.name in GRADERS

    def make_preexec_fn(self, name):
        """Start in the folder that nbgrader reads its configuration in."""
        del name
        folder = COURSE if self.grades else HUB
        return lambda: os.chdir(folder)

    def user_env(self, env):
        """Variables beyond the Hub's."""
        private = HUB / "homes" / self.user.name
        private.mkdir(parents=True, exist_ok=True)
        env |= {"USER": self.user.name, "HOME": str(private), "SHELL": "/bin/bash", "NGSHARE_URL": NGSHARE}
        env["COURSE_ID"] = PEOPLE["course"]
        if self.grades:
            env |= {f"JUPYTER_{kind}_DIR": str(private / ".jupyter" / kind.lower()) for kind in _JUPYTERS}
            env["PATH"] = f"{BIN}:{env.get('PATH', os.defpath)}"
            env["TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR"] = "1"  # a course's, which else is passed over
        return env

    async def start(self):
        """Choose the command, which depends on who it is for."""
        if self.grades:
            self.cmd = [str(BIN / "jupyterhub-singleuser")] + ["--allow-root"] * (os.getuid() == 0)
            self.notebook_dir = str(COURSE)
        else:
            self.cmd = [sys.executable, str(HERE / "student_server.py"), str(HUB / "homes" / self.user.name)]
            self.hub_connect_url = PUBLIC  # a student's server reaches what a student's browser reaches
        return await super().start()


_JUPYTERS = ("CONFIG", "DATA", "RUNTIME")

c.JupyterHub.spawner_class = CourseSpawner
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120

# The exchange is a service of the Hub, in an environment of its own, and so is grading. Whoever holds the token of
# the grading service is an instructor for ngshare.
c.JupyterHub.services = [
    {
        "name": "ngshare",
        "url": f"http://127.0.0.1:{PORT + 2}",
        "command": [
            str(HUB / "ngshare" / "bin" / "python"),
            str(HERE / "ngshare_service.py"),
            "--admins=grading",
            f"--database=sqlite:///{HUB / 'ngshare.db'}",
            f"--storage={HUB / 'ngshare-files'}",
        ],
        "oauth_no_confirm": True,
    },
    {
        "name": "grading",
        "api_token": SECRETS["grading_token"],
        "command": [str(BIN / "autograder"), "watch"],
        "cwd": str(COURSE),
        "environment": {"NGSHARE_URL": NGSHARE, "USER": "grading"},
    },
]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=ngshare"]},
    {"name": "grading", "services": ["grading"], "scopes": ["access:services!service=ngshare"]},
]
c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server", "access:services!service=ngshare"]
