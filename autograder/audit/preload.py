"""What the process loads that answers are tried in, which may need little: see :mod:`autograder.workers.processes`."""

import gc
from importlib import import_module

from autograder.workers.processes import skip_slow_imports

skip_slow_imports()
gc.disable()  # looking for garbage in what is loaded, and stays, takes a tenth of the time
import_module("autograder.audit.one_case")
gc.freeze()
gc.enable()
