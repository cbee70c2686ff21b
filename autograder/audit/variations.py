"""Circumstances that should make no difference to what an answer earns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.sandbox import bubblewrap

_SEED = "import random\nimport numpy\nrandom.seed({seed})\nnumpy.random.seed({seed})\n"
_OPTIMISER = """\
import functools
from statsmodels.regression.mixed_linear_model import MixedLM
if "fit" in vars(MixedLM):
    MixedLM.fit = functools.partialmethod(MixedLM.fit, method={method!r})
"""
_THREADS = """\
import ctypes
with open("/proc/self/maps") as maps:
    libraries = {{line.split()[-1] for line in maps if "openblas" in line}}
for library in map(ctypes.CDLL, libraries):
    for name in ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads"):
        if hasattr(library, name):
            getattr(library, name)({number})
"""  # a sandbox is warmed up on one thread; more start in the session


@dataclass(frozen=True)
class Variation:
    """One changed circumstance."""

    name: str
    before: str = ""  # code that runs before the student's
    environment: Mapping[str, str] = field(default_factory=dict)  # variables of the process that runs it
    only: str = ""  # makes a difference only where this text stands in the code

    def matters(self, code: str) -> bool:
        """Whether it can make a difference to this code."""
        return self.only.lower() in code.lower()


PLAIN = Variation("as it is graded")
OTHER_DATA = Variation("other data")  # those of the second run of each submission, where the course has some
VARIATIONS: tuple[Variation, ...] = (
    *(Variation(f"random seed {seed}", _SEED.format(seed=seed)) for seed in (1, 2)),
    *(Variation(f"hash seed {seed}", environment={"PYTHONHASHSEED": str(seed)}) for seed in (1, 2)),
    Variation("2 threads", _THREADS.format(number=2)),
    *(
        Variation(f"optimiser {method}", _OPTIMISER.format(method=method), only="mixedlm")
        for method in ("bfgs", "lbfgs", "cg", "powell", "nm")
    ),
)


def change_environment(variables: Mapping[str, str]) -> None:
    """Let the sandboxes that this process starts from now on have other environment variables."""
    command = bubblewrap.command

    @functools.wraps(command)
    def changed(*args: Any) -> list[str]:
        words = command(*args)
        for place in [at for at, word in enumerate(words) if word == "--setenv"]:
            words[place + 2] = variables.get(words[place + 1], words[place + 2])
        return words

    setattr(bubblewrap, "command", changed)  # noqa: B010  this process is the audit's own and does nothing else
