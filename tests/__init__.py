"""The tests; what must be so before libraries are loaded is said here, where the tests begin."""

from autograder.workers.processes import one_thread, skip_slow_imports

# As where submissions are graded. Several processes at a time on a few processors, each with threads of its own that
# wait for each other by turning in circles, need ten times as long for a small fit.
one_thread()
skip_slow_imports()
