"""What the process loads that workers are forked from: see :mod:`autograder.workers`."""

import gc
from importlib import import_module

gc.disable()  # looking for garbage in what is loaded, and stays, takes a tenth of the time
for name in ("autograder.engines", "statsmodels.formula.api"):
    import_module(name)
gc.collect()
gc.freeze()  # workers share what they do not change
gc.enable()
