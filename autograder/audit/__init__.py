"""Proving an assignment before it is released: what is right earns everything, what is wrong exactly what it should.

An instructor's *bank* holds answers as students write them, right and wrong, each with the points and the hint that it
deserves. An audit hands all of them in, together with the instructor's solution and the blank notebook.
"""

from autograder.audit.bank import Answer, read_bank
from autograder.audit.report import Report, audit
from autograder.errors import BankError

__all__ = ["Answer", "BankError", "Report", "audit", "read_bank"]
