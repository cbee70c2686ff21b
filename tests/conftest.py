"""Settings that all tests share."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# nbgrader starts `alembic` by name; it lies beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Reproducible, and without verdicts on the speed of a shared machine.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
