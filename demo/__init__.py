"""A demo class that goes the whole way of the seminar: fetch, submit, autograde, feedback."""

import autograder  # noqa: F401  before nbgrader, which loads in a second less then; it says why
