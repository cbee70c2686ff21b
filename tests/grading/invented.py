"""Consistent inventions: an assignment's own solutions, on data that were made up."""

from __future__ import annotations
