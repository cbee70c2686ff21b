"""Values of the student's process as bounded plain data."""
