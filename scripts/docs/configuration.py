"""The reference of the configuration, from the settings themselves: ``python -m scripts.docs.configuration``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from traitlets.config import Configurable

from autograder import plugins
from autograder.course.settings import Autograder
from autograder.plugins.collect import CarefulCollect
from autograder.sandbox import limits
from autograder.watch.settings import Watch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
_HEAD = """\
# Configuration

A course is configured in `nbgrader_config.py` in its folder, by nbgrader's settings
([nbgrader.readthedocs.io](https://nbgrader.readthedocs.io)), one call, and the settings of this page:

```python
from autograder.plugins import configure

c = get_config()
c.CourseDirectory.course_id = "statistics"
configure(c)
c.Autograder.limits = {"cell_seconds": 60}
```

This page is generated from the settings (`make docs-pages`).
"""


def page() -> str:
    """The whole page."""
    return (
        "\n".join(
            [
                _HEAD,
                "## `c.Autograder`: grading\n",
                *_settings(Autograder),
                "## `c.Autograder.limits`: what a submission may use\n",
                "Limits are given by name; the others keep their defaults. "
                "`c.Autograder.assignment_limits` has the same names for single assignments.\n",
                "| limit | default | meaning |\n|:--|--:|:--|",
                *_limits(),
                "",
                "## `c.Watch`: feedback when it is handed in\n",
                "See [the service](watch.md).\n",
                *_settings(Watch),
                "## `c.CarefulCollect`: collecting\n",
                *_settings(CarefulCollect),
                "## What `configure(c)` sets\n",
                _configure(),
            ]
        ).rstrip()
        + "\n"
    )


def _settings(kind: type[Configurable]) -> Iterator[str]:
    for name, trait in sorted(kind.class_own_traits(config=True).items()):
        yield f"### `c.{kind.__name__}.{name}`\n"
        yield f"{trait.help}\n"
        default = trait.default()
        values = f"; one of {', '.join(f'`{one!r}`' for one in trait.values)}" if hasattr(trait, "values") else ""
        yield f"Default: `{default!r}`{values}.\n"


def _limits() -> Iterator[str]:
    """A row for each limit, with the comment that stands behind it."""
    comments = dict(re.findall(r"^    (\w+): \w+ = [^#\n]+(?:#\s*(.*))?$", inspect.getsource(limits.Limits), re.M))
    for field in fields(limits.Limits):
        default: Any = field.default
        yield f"| `{field.name}` | {default:g} | {comments.get(field.name, '')} |"


def _configure() -> str:
    text = inspect.getdoc(plugins.configure) or ""
    body = text[text.index("It sets:") :].partition("\n\nArgs:")[0].removeprefix("It sets:").strip()
    return body.replace("``", "`").replace(":class:`autograder.course.settings.Autograder`", "the settings above")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
