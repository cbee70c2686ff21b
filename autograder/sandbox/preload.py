"""What a sandbox loads once, before its first session."""

from __future__ import annotations

import re

PRELOAD = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "statsmodels.api",
    "statsmodels.formula.api",
    "scipy.stats",
)
_DRAWS = re.compile(r"\b(plt|sns|pyplot)\.\w|\.(plot|hist|boxplot|qqplot)\b|plot\(")


def needed(code: str) -> tuple[str, ...]:
    """Modules of :data:`PRELOAD` that code speaks of, and matplotlib without figures for practice where none is drawn.

    Loading all of them takes seconds.

    What is left out is loaded by the session that asks for it, so that nothing but time depends on this.

    Example:
        >>> needed("import pandas as pd; import matplotlib.pyplot as plt"), needed("plt.hist(x)")
        (('pandas', 'matplotlib'), ('matplotlib.pyplot',))
    """
    drawn = {"matplotlib.pyplot"} if _DRAWS.search(code) else set[str]()
    named = {name for name in PRELOAD if name.split(".")[0] in code and not name.startswith("matplotlib.")}
    loads = ("matplotlib",) if not drawn and ("matplotlib" in code or "seaborn" in code) else ()
    return (*(name for name in PRELOAD if name in named | drawn), *loads)
