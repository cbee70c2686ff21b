"""A demo class that goes the whole way of the seminar: fetch, submit, autograde, feedback."""
