"""What crosses from the sandbox to the grader: plain data and read-only views, decoded with bounds."""
