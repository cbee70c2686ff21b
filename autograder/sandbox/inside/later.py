"""A module that takes seconds to load for a function that hardly anybody calls: it is loaded when somebody does.

jsonschema, and with it ``import nbformat`` in a test that looks at the notebook's own file, imports
``rfc3987_syntax``, which compiles a grammar of international addresses for two seconds of processor time.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

NAME = "rfc3987_syntax"


class Later(ModuleType):
    """Stands for the module until something of it is used."""

    def is_valid_syntax(self, term: str, value: str) -> Any:
        """The function that jsonschema imports."""
        return loaded().is_valid_syntax(term, value)

    def __getattr__(self, name: str) -> Any:
        """Whatever else is in the module; who asks all modules for a ``__name__`` of this kind does not mean it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(loaded(), name)


def loaded() -> Any:
    """The module itself."""
    if isinstance(sys.modules.get(NAME), Later):
        del sys.modules[NAME]
    return importlib.import_module(NAME)


def postpone() -> None:
    """Have the module loaded when something of it is used, where it is installed."""
    spec = importlib.util.find_spec(NAME) if NAME not in sys.modules else None
    if spec is not None:
        module = importlib.util.module_from_spec(spec)
        module.__class__ = Later
        sys.modules[NAME] = module
