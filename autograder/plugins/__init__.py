"""What nbgrader is configured with; the only part of the grader that imports nbgrader."""
