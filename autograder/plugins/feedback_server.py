"""Guards those of nbgrader's own pages that our templates do not make.

The formgrader runs in Jupyter's server, with the rights of its reader, and three of its addresses do what a link says:

- ``/formgrader?path=FOLDER`` loads the ``nbgrader_config.py`` of any folder, a hand-in for example, which runs it;
- lists of students and assignments write names from the address into the page without escaping them;
- files that were handed in are served as pages of the same origin, with their scripts.

A link to such an address can stand in an e-mail, or in a notebook that is opened in JupyterLab. There is nothing to
configure about these in nbgrader, so the classes are changed where they are loaded.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tornado.web import HTTPError

PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
HANDED_IN_FILES = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

_HANDLERS = "nbgrader.server_extensions.formgrader.handlers"


def guard_formgrader() -> None:
    """For ``nbgrader_config.py``, which Jupyter's server reads when it loads the formgrader.

    In every other process, where the formgrader is not loaded, this does nothing.
    """
    handlers = sys.modules.get(_HANDLERS)
    if handlers is None or hasattr(handlers.BaseHandler, "guarded"):
        return
    handlers.BaseHandler.guarded = True
    handlers.BaseHandler.render = _render
    handlers.BaseHandler.content_security_policy = PAGES
    handlers.SubmissionFilesHandler.content_security_policy = HANDED_IN_FILES
    handlers.FormgraderHandler.get = _only_this_course(handlers.FormgraderHandler.get)


def _render(self: Any, name: str, **values: Any) -> str:
    """Renders a template of nbgrader's with everything escaped that is put into it."""
    environment = self.settings["nbgrader_jinja2_env"].overlay(autoescape=True)
    return str(environment.get_template(name).render(**values))


def _only_this_course(get: Any) -> Any:
    def guarded(self: Any) -> Any:
        path = self.get_argument("path", "")
        if path and Path(path).resolve() != Path(self.coursedir.root).resolve():
            self.log.error("Refused to load nbgrader_config.py from %r: it is not the folder of this course", path)
            raise HTTPError(403)
        return get(self)

    return guarded
