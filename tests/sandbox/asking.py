"""Ask a session what it sees, and how the kernel answers it."""

from __future__ import annotations

from autograder.sandbox import Session

PRELUDE = """
import ctypes, errno, glob, os, pathlib, resource, socket, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)

def refused(name, *args):
    libc[name].restype = ctypes.c_long
    value = libc[name](*args)
    return value == -1 and errno.errorcode[ctypes.get_errno()]

def attempt(action):
    try:
        return action()
    except OSError as problem:
        return errno.errorcode[problem.errno]
"""


def answer(session: Session, expression: str) -> object:
    run = session.run(f"answer = {expression}", "c1")
    assert run.error is None, run.error
    return session.value("answer")
