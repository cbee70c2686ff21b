"""The same attacks on stock nbgrader and on this project, as a table: ``python -m benchmarks.against_stock``."""
