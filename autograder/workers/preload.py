"""What the process loads that workers are forked from: see :mod:`autograder.workers.processes`."""

import gc
from importlib import import_module

from autograder.workers.processes import skip_slow_imports

skip_slow_imports()
gc.disable()  # looking for garbage in what is loaded, and stays, takes a tenth of the time
for name in ("autograder.workers.engines", "statsmodels.formula.api"):
    import_module(name)
gc.freeze()  # workers share what they do not change
gc.enable()
