"""Running student code without isolation, where an instructor has asked for that explicitly.

The same process that bubblewrap would enclose runs as an ordinary process of this user. Time, output, processor,
address space and file size stay limited; everything else is open to what runs in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.sandbox.building.bubblewrap import numerical_settings
from autograder.sandbox.building.interpreter import INSIDE, site_folders
from autograder.sandbox.process import ENTRY, SandboxProcess

WARNING = (
    "STUDENT CODE IS NOT ISOLATED: it runs with your rights, can read hidden tests, solutions and other people's work, "
    "can change grades, and can harm this machine"
)


class UnisolatedProcess(SandboxProcess):
    """One process for one session; see :class:`SandboxProcess`.

    Args:
        preload: modules to import.
        folder_mb: noted only; nothing limits what is written.
    """

    def __init__(self, preload: tuple[str, ...], folder_mb: int) -> None:
        self.folder_mb = folder_mb
        self.failed: tuple[str, ...] = ()
        self.filtered = False  # so that no process serves two sessions
        self.weaknesses = (WARNING,)
        self.pid: int | None = None
        self._started = self._ready = False
        self._process_one: int | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        info_read, info_write = os.pipe()
        self._info = open(info_read, "rb")  # noqa: SIM115, PTH123  closed by kill
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by kill
        work = self._folder / "work"
        work.mkdir()
        config = {"control": theirs.fileno(), "preload": preload, "folders": [str(work)], "alone": True}
        entry = ENTRY.replace("'/opt/sandbox'", repr(str(INSIDE.parent)))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-P", "-c", entry, json.dumps(config)],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                env=self._environment(),
                cwd=work,
                start_new_session=True,
            )
        os.write(info_write, json.dumps({"child-pid": self._process.pid}).encode())
        os.close(info_write)

    def kill(self) -> None:
        """End the process and its session, and remove its folder."""
        super().kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {
            "HOME": folder,
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "TMPDIR": folder,
            "PYTHONPATH": os.pathsep.join(map(str, site_folders())),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MPLCONFIGDIR": f"{folder}/matplotlib",
            "IPYTHONDIR": f"{folder}/ipython",
            **numerical_settings(),
        }
