"""Untrusted text as harmless HTML: feedback pages, the formgrader's pages, lists of checks."""

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent / "templates"
