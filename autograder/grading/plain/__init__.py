"""Test cells without ``Checks``: nbgrader's own verdict, confirmed on values where that can be."""
