"""The methods of ``Checks``: what an author calls, one module for each sort of answer."""
