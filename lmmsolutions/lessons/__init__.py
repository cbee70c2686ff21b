"""One module or package per assignment, named like it: ``solve(data)``, the right answers, and ``MISTAKES``.

A lesson's result is a frozen dataclass whose fields carry the names of the students' variables; ``Means`` beside a
field says what it is and in which unit.  A row of ``MISTAKES`` computes, on the same data, the value that a
misconception leads to.
"""
