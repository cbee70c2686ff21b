"""Settings that all tests share."""

from hypothesis import HealthCheck, settings

# Reproducible, and without verdicts on the speed of a shared machine.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
