"""Figures of the student's process: recorded while a cell runs, described as plain data, drawn as PNG."""
