"""nbgrader's messages on a terminal, without what a folder's name could do to it."""

from __future__ import annotations

import logging
import re

from tornado.log import LogFormatter

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class PlainFormatter(LogFormatter):
    """Shows control characters of a message as Python writes them; for ``c.Application.logging_config``."""

    def format(self, record: logging.LogRecord) -> str:
        """The message as one text; the colors of its level are the formatter's own."""
        copied = logging.makeLogRecord(vars(record))
        copied.msg, copied.args = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], record.getMessage()), ()
        return super().format(copied)
