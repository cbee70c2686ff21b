"""nbgrader's own tests of autograde and feedback, with this project's configuration: ``make test-nbgrader``."""
