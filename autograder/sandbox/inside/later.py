"""Modules that are loaded when somebody uses them, because that takes a second and most never do.

jsonschema, and with it ``import nbformat`` in a test that looks at the notebook's own file, imports
``rfc3987_syntax``, which compiles a grammar of international addresses for two seconds of processor time.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
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


class WhenLoaded:
    """An importer that calls something as soon as a package has been loaded, before who loads it gets it.

    Args:
        name: of the package; a file of its name beside the notebook is none.
        then: is called once.
    """

    def __init__(self, name: str, then: Callable[[], None]) -> None:
        self._name = name
        self._then = then
        self._asking = False

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """How the package is loaded; of others nothing, so that the next importer is asked."""
        del path, target
        if name != self._name or self._asking:
            return None
        self._asking = True  # who asks whether the package is there may load it later, or never
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking = False
        if spec is not None and spec.submodule_search_locations is not None:
            loader: Any = spec.loader
            load = loader.exec_module

            def load_and_call(module: ModuleType) -> None:
                sys.meta_path[:] = [importer for importer in sys.meta_path if importer is not self]
                load(module)
                self._then()

            loader.exec_module = load_and_call
        return spec
