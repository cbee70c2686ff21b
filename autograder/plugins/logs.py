"""nbgrader's messages on a terminal, without what a folder's name could do to it."""

from __future__ import annotations

import logging

from tornado.log import LogFormatter

from autograder.pages.harmless import for_terminal


class PlainFormatter(LogFormatter):
    """Shows control characters of a message as Python writes them; for ``c.Application.logging_config``."""

    def format(self, record: logging.LogRecord) -> str:
        """The message as one text; the colors of its level are the formatter's own."""
        copied = logging.makeLogRecord(vars(record))
        copied.msg, copied.args = for_terminal(record.getMessage()), ()
        return super().format(copied)
