"""What nbgrader calls, and :func:`configure`, which makes it call that."""

from __future__ import annotations

import functools
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

_GENERATE = (
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "autograder.plugins.starter.StarterSolutions",  # in the place of nbgrader's ClearSolutions
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "autograder.plugins.generate.SaveTogether",  # in the place of nbgrader's SaveCells
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograder.plugins.forgeable.TellForgeable",
)


def configure(c: Config) -> None:
    """Have nbgrader release, collect, grade and show with this package; for ``nbgrader_config.py``.

    A line after the call overrides what it sets::

        from autograder.plugins import configure

        c = get_config()
        c.CourseDirectory.course_id = "statistics"
        configure(c)
        c.Autograder.limits = {"cell_seconds": 60}

    It sets:

    - ``c.GenerateAssignment.preprocessors``: nbgrader's own, with ``StarterSolutions`` in the place of
      ``ClearSolutions`` (a solution may carry a starter that students get in its place), ``SaveTogether`` in that of
      ``SaveCells`` (all cells of a notebook enter the gradebook, or none) and ``TellForgeable``, which names test cells
      without ``Checks`` that could be forged.
    - ``c.GenerateAssignment.exporter_class``: where an assignment has submissions, cells that are new or gone are named
      before anything is changed.
    - ``c.ExchangeFactory.collect``: ``CarefulCollect``, which follows nothing that a student may have put into
      the exchange; where ``ngshare_exchange.configureExchange(c)`` was called before, ``NgshareCollect``, which keeps
      to the same bounds.
    - ``c.Watch.source``, with ngshare only: `autograder watch` looks for submissions there.
    - ``c.ExchangeFactory.release_feedback``: the same for feedback (``SparingReleaseFeedback``,
      ``NgshareReleaseFeedback``): a page that nobody could fetch is named, and everybody else's is released.
    - ``c.Application.logging_config``: messages of nbgrader's commands show the control characters of a folder's name.
    - ``c.ExportApp.plugin_class``: ``SafeExport``, in whose table no name is a formula.
    - ``c.Autograde.exporter_class``: submissions are graded as by ``autograder grade``, student code in the sandbox,
      test cells in the referee; nbgrader's own steps (``sanitize_preprocessors``,
      ``autograde_preprocessors``) and ``exclude_overwriting`` are not used then.
    - ``c.GenerateFeedback.exporter_class``, ``c.GenerateFeedback.preprocessors``: feedback pages in which nothing
      of a student's runs or loads.
    - ``c.HTMLExporter`` (``preprocessors``, ``filters``, ``extra_template_basedirs``, ``extra_template_paths``,
      ``optimistic_validation``): the same for the formgrader's pages.

    It also guards the formgrader's handlers, in the server that has loaded them, tells nbgrader the version of a new
    gradebook, for which it would start a program, and adds the folder of this Python to ``PATH``: `nbgrader db` starts
    ``alembic`` by name, which lies there also where the environment is not activated.

    Settings for grading itself are in ``c.Autograder``; ``configure(c)`` sets none of them. See
    :class:`autograder.course.settings.Autograder` for them and their defaults.

    Args:
        c: the configuration, from ``get_config()``.
    """
    from autograder.course.files import RENAME, pattern_in_path
    from autograder.course.gradebook import start_no_program
    from autograder.plugins.formgrader import formgrader_pages, guard_formgrader

    if problem := pattern_in_path(str(Path.cwd())):
        _say_once(f"{problem} {RENAME}")
    _add_to_path(str(Path(sys.executable).parent))
    c.Application.logging_config = {"formatters": {"console": {"class": "autograder.plugins.logs.PlainFormatter"}}}
    c.GenerateAssignment.preprocessors = list(_GENERATE)
    c.GenerateAssignment.exporter_class = "autograder.plugins.generate.CarefulGenerateExporter"
    ngshare = "ngshare_exchange" in str(c.ExchangeFactory.get("exchange"))
    if ngshare:
        c.Watch.source = "autograder.watch.ngshare.Ngshare"
    c.ExchangeFactory.collect = (
        f"autograder.plugins.{'ngshare.NgshareCollect' if ngshare else 'collect.CarefulCollect'}"
    )
    c.ExchangeFactory.release_feedback = (
        f"autograder.plugins.{'ngshare.NgshareReleaseFeedback' if ngshare else 'release.SparingReleaseFeedback'}"
    )
    c.ExportApp.plugin_class = "autograder.plugins.export.SafeExport"
    c.Autograde.exporter_class = "autograder.plugins.autograde.SubmissionExporter"
    c.GenerateFeedback.exporter_class = "autograder.plugins.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["autograder.plugins.feedback.ShownGrades"]
    c.HTMLExporter.update(formgrader_pages())
    guard_formgrader()
    start_no_program()


@functools.cache  # nbgrader reads a configuration more than once
def _say_once(problem: str) -> None:
    logging.getLogger("autograder").error(problem)


def _add_to_path(folder: str) -> None:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if folder not in folders:
        os.environ["PATH"] = os.pathsep.join([folder, *folders])
