"""How a sandbox is built, when it cannot be, and how it is opened and closed."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Limits, Sandbox, SandboxUnavailable
from autograder.sandbox.building import bubblewrap, interpreter, seccomp
from autograder.sandbox.process import did_not_start

SMALL = {"preload": ("json",), "limits": Limits(folder_mb=4)}


@pytest.fixture
def small() -> Iterator[Sandbox]:
    with Sandbox(**SMALL) as box:
        yield box


# what lies in a folder of packages → whether it is masked
ENTRIES: dict[str, bool] = {
    "lmmsolutions/__init__.py": True,
    "lmmsolutions-1.0.dist-info/METADATA": True,
    "lmm_autograder-0.1.0.dist-info/top_level.txt": True,
    "__editable__.lmm_autograder-0.1.0.pth": True,
    "__editable___lmm_autograder_0_1_0_finder.py": True,
    "autograder.egg-link": True,
    "autograder.py": True,
    "easy-install.pth": True,  # its text names the course
    "__pycache__/autograder.cpython-311.pyc": True,
    "__pycache__/__editable___lmm_autograder_0_1_0_finder.cpython-311.pyc": True,
    "__pycache__/other.cpython-311.pyc": False,
    "numpy/__init__.py": False,
    "other.pth": False,
    "solutions/__init__.py": False,
    "notes.txt": False,
    "my_lmmsolutions/__init__.py": False,  # another package
    "lmmsolutions_of_others.py": False,
    "clinic_course-2.0.dist-info/RECORD": True,  # a distribution of another name
    "tools-2.0.dist-info/RECORD": False,
    "lmmsolutions.cpython-311-x86_64-linux-gnu.so": True,
    "namespace/answers/week1.py": True,  # a part of a package
    "namespace/tools.py": False,
    "namespace/__pycache__/answers.cpython-311.pyc": True,
}
TEXTS = {
    "easy-install.pth": "/course/autograder\n",
    "__editable__.lmm_autograder-0.1.0.pth": "import autograder_finder",
    "__editable___lmm_autograder_0_1_0_finder.py": "MAPPING = {'autograder': '/course/autograder'}",
    "autograder.egg-link": "/course/autograder\n",
    "lmm_autograder-0.1.0.dist-info/top_level.txt": "autograder\nlmmsolutions\n",
    "clinic_course-2.0.dist-info/RECORD": "lmmsolutions/__init__.py,sha256=abc,10\n",
    "tools-2.0.dist-info/RECORD": "tools/lmmsolutions.py,sha256=abc,10\n",
}


def _masked_entry(name: str) -> str:
    """The entry that is covered: of a package its folder."""
    if name.startswith("namespace/answers"):
        return "namespace/answers"
    return name if "__pycache__" in name else name.split("/")[0]


def test_masks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site-packages"
    for name in ENTRIES:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(TEXTS.get(name, "import this\n"))
    monkeypatch.setattr(sys, "path", [str(site)])
    python = interpreter.describe(("lmmsolutions", "autograder", "namespace.answers"))
    masked = {str(bind.source.relative_to(site)) for bind in python.masked if bind.source.is_relative_to(site)}
    wanted = {_masked_entry(name) for name, hidden in ENTRIES.items() if hidden}
    assert masked == wanted
    assert {
        str(bind.target.relative_to(python.path[0])) for bind in python.masked if bind.source.is_relative_to(site)
    } == wanted


def zipped(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", SECRET)


def written(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SECRET)


SECRET = "answer = 251.405"
# how a package may lie in a folder of packages: its name, what puts it there, and what a student would open or import
INSTALLED: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a folder": ("clinic_a", lambda site: written(site / "clinic_a" / "__init__.py"), "clinic_a/__init__.py"),
    "a single file": ("clinic_b", lambda site: written(site / "clinic_b.py"), "clinic_b.py"),
    "a namespace package": ("clinic_c", lambda site: written(site / "clinic_c" / "week1.py"), "clinic_c/week1.py"),
    "an archive": ("clinic_d", lambda site: zipped(site / "tools-1.0-py3.11.egg", "clinic_d"), "tools-1.0-py3.11.egg"),
    "a folder beside, by a .pth file": (
        "clinic_e",
        lambda site: (
            written(site / "vendored" / "clinic_e.py"),
            (site / "tools.pth").write_text(f"{site}/vendored\n"),
            sys.path.append(f"{site}/vendored"),
        )[0],
        "vendored/clinic_e.py",
    ),
}


@pytest.fixture(scope="module")
def with_packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox that hides all of them, and neither ``harmless`` nor what is not told."""
    site = tmp_path_factory.mktemp("python") / "site-packages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(site)])
        written(site / "harmless.py")
        written(site / "autograder.py")
        for _, install, _ in INSTALLED.values():
            install(site)
        with Sandbox(**SMALL, hidden=tuple(name for name, _, _ in INSTALLED.values())) as box:
            yield box


@pytest.mark.parametrize(("name", "_", "file"), INSTALLED.values(), ids=INSTALLED)
def test_hidden_in_a_real_sandbox(with_packages: Sandbox, name: str, _: object, file: str) -> None:
    with with_packages.session({}) as session:
        where = "import sys, harmless; folder = harmless.__file__.rpartition('/')[0]\n"
        assert session.run(where + f"sys.path += [folder + '/vendored', folder + '/{file}']", "c1").error is None
        assert session.run("import harmless; harmless.answer", "c2").outputs[0]["data"]["text/plain"] == "251.405"
        for number, code in enumerate((f"import {name}.week1", f"import {name}; {name}.answer")):
            assert session.run(code, f"c3{number}").error is not None
        assert session.run(f"open(folder + '/{file}').read()", "c4").error is not None
        assert session.run("import autograder", "c5").error is not None


def test_system_python_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(sys, "executable", "/usr/bin/env")
    python = interpreter.describe(())
    assert str(python.executable).startswith("/usr/bin/")
    assert python.libraries is None


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local"])
def test_a_copy_of_the_systems_python_is_visible(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prefix: str) -> None:
    """As `python -m venv --copies` makes one."""
    copied = tmp_path / "bin" / "python3"
    copied.parent.mkdir()
    copied.touch()
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(sys, "executable", str(copied))
    python = interpreter.describe(())
    assert [bind.source for bind in python.binds if bind.target == python.executable] == [copied]


def test_sources_are_told_apart_from_targets() -> None:
    python = interpreter.describe(())
    assert {str(bind.target).split("/")[1] for bind in python.binds} <= {"usr", "etc", "opt"}
    assert not any(str(bind.target).startswith(str(Path.home())) for bind in python.binds)


FDS = bubblewrap.Descriptors(info=9, seccomp=8, files={"/etc/passwd": 7})


def line(tools: bubblewrap.Tools) -> list[str]:
    return bubblewrap.command(tools, interpreter.describe(()), FDS, ["program"], 64)


def test_command_of_root_drops_first() -> None:
    words = line(bubblewrap.Tools("/usr/bin/bwrap", (0, 8, 0), "/usr/bin/setpriv"))
    drop, inner = words.index("/usr/bin/setpriv"), words.index("--unshare-all")
    assert words[drop + 1 : drop + 6] == ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
    assert drop < inner
    assert "--unshare-user" not in words[:drop]


def test_programs_are_found_where_bin_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where ``PATH`` begins with ``/bin``, a link to ``/usr/bin``, nothing is mounted in its place."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "link" / name))
    words = line(bubblewrap.Tools("/usr/bin/bwrap", (0, 8, 0), "/usr/bin/setpriv"))
    assert str(tmp_path / "real" / "bwrap") in words
    assert [word for word in words if word.startswith(str(tmp_path / "link"))] == []


def test_command_of_a_user_has_one_level() -> None:
    words = line(bubblewrap.Tools("/usr/bin/bwrap", (0, 8, 0), None))
    assert words.count("/usr/bin/bwrap") == 1
    needed = {"--unshare-all", "--disable-userns", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"}
    assert needed <= set(words)
    assert words[words.index("--cap-drop") + 1] == "ALL"
    assert words[words.index("--seccomp") + 1] == "8"
    assert words[-2:] == ["--", "program"]


def test_older_bubblewrap() -> None:
    old = bubblewrap.Tools("/usr/bin/bwrap", (0, 6, 1), None)
    assert "--disable-userns" not in line(old)
    assert list(bubblewrap.weaknesses(old, filtered=True)) == []  # the filter forbids them instead
    assert len(list(bubblewrap.weaknesses(old, filtered=False))) == 2


# name: what to change, part of the message
UNAVAILABLE = {
    "other system": (lambda m: m.setattr(platform, "system", lambda: "Darwin"), "this is Darwin"),
    "no bubblewrap": (lambda m: m.setattr(shutil, "which", lambda _: None), "apt install bubblewrap"),
    "no setpriv": (
        lambda m: (
            m.setattr(os, "geteuid", lambda: 0),
            m.setattr(shutil, "which", lambda name: None if name == "setpriv" else "/bin/true"),
        ),
        "install util-linux",
    ),
}


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_unavailable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    change, message = UNAVAILABLE[name]
    change(monkeypatch)
    with pytest.raises(SandboxUnavailable, match=message):
        Sandbox().start()
    with pytest.raises(SandboxUnavailable, match=message):
        Sandbox().session({})


SAID = {
    "bwrap: No permissions to create a new namespace, likely because the kernel does not allow it.": "sysctl",
    "bwrap: setting up uid map: Permission denied": "apparmor_restrict_unprivileged_userns",
    "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted": "sysctl",
    "ModuleNotFoundError: No module named 'IPython'": "did not start",
    "": "did not start",
}


@pytest.mark.parametrize("said", SAID)
def test_diagnosis(said: str) -> None:
    error = did_not_start(said)
    assert SAID[said] in (error.remedy or str(error))
    assert (error.found, said in str(error)) == (said, True)


def test_bubblewrap_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bwrap"
    program.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo bubblewrap 0.8.0 && exit\necho bwrap: no new namespace >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("autograder.sandbox.process.START_SECONDS", 1e6)  # nobody waits for what has ended
    with pytest.raises(SandboxUnavailable, match="user namespaces are switched off"):
        Sandbox().session({})


def test_without_a_filter_every_session_has_its_own_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "build", lambda: None)
    with Sandbox(**SMALL) as box:
        seen = []
        for _ in range(2):
            with box.session({}) as session:
                assert session.run("1 + 1", "c1").error is None
                seen.append(box.pid)
        assert len(set(seen)) == 2
        assert not box.filtered
        assert "libseccomp is not installed" in box.weaknesses[0]


def test_filter_is_in_place(light: Sandbox) -> None:
    with light.session({}):
        assert light.filtered
        assert light.weaknesses == ()


def test_preload_that_is_not_installed() -> None:
    with Sandbox(preload=("json", "no_such_module")) as box, box.session({}) as session:
        assert box.failed == ("no_such_module",)
        assert session.run("1", "c1").error is None


BAD_LIMITS = {
    "memory_mb": 0,
    "processes": -1,
    "file_mb": 1.5,
    "cell_seconds": "30",
    "folder_mb": True,
    "cpu_seconds": 1e400,
}


@pytest.mark.parametrize("name", BAD_LIMITS)
def test_limits_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match=f"limit {name} must be a positive"):
        Limits(**{name: BAD_LIMITS[name]})


BAD_NAMES = ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\0b"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_leave_the_folder(small: Sandbox, name: str) -> None:
    with pytest.raises(ValueError, match="not a name of a file"):
        small.session({name: b""})


def test_started_by_a_thread_that_has_ended(small: Sandbox) -> None:
    """The kernel ends a sandbox with the thread that started it; the next session gets another."""
    starter = threading.Thread(target=small.start)
    starter.start()
    starter.join()
    with small.session({}) as session:
        assert session.run("1", "c1").error is None


def test_opening_and_closing(small: Sandbox) -> None:
    session = small.session({"folder/sub/data.csv": b"x\n1\n", "ü \n.txt": b"\xff\x00"})
    assert session.run("open('folder/sub/data.csv').read(), open('ü \\n.txt', 'rb').read()", "c1").error is None
    with pytest.raises(RuntimeError, match="one session at a time"):
        small.session({})
    session.close()
    session.close()
    assert session.ended is not None
    assert session.ended.reason == "closed"
    with small.session({}) as other:
        assert other.run("import os; assert os.listdir() == []", "c1").error is None
        small.close()
        small.close()
        assert other.ended is not None
    with small.session({}) as again:
        assert again.run("1", "c1").error is None


def test_no_descriptor_and_no_process_is_left() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with Sandbox(**SMALL) as box:
        for _ in range(3):
            with box.session({}):
                pid = box.pid
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    deadline = time.monotonic() + 120
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def running_with(word: str) -> list[str]:
    return [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if word in read(path)]


def read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def test_closed_while_it_is_being_built_leaves_nothing() -> None:
    for pause in (0, 0.01, 0.05, 0.2):
        box = Sandbox(Limits(folder_mb=7), preload=("json",))
        box.start()
        time.sleep(pause)
        box.close()
    deadline = time.monotonic() + 120
    while running_with(str(7 << 20)):  # the size of its folders is part of every command line
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_sessions_share_what_is_loaded(light: Sandbox) -> None:
    light.session({}).close()
    before = light._running
    for _ in range(3):
        light.session({}).close()
    assert light._running is before


def test_numerical_settings_are_the_same_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")  # a worker's own share of the machine is one
    monkeypatch.setenv("MKL_SECRET", "/home/somebody/key")
    with Sandbox(**SMALL) as box, box.session({}) as session:
        session.run(
            "import os; found = {k: v for k, v in os.environ.items() if k.startswith(('OPEN', 'OMP', 'MKL'))}", "a"
        )
        assert session.value("found") == {
            "OPENBLAS_CORETYPE": "Haswell",
            "OPENBLAS_L2_SIZE": "512",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
        }
