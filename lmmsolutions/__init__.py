"""Reference solutions of the seminar on linear mixed models: numbers, and what goes wrong on the way to them.

:mod:`~lmmsolutions.core` fits the models, :mod:`~lmmsolutions.lessons` answers the questions of each assignment,
:mod:`~lmmsolutions.variants` makes the data of a second run, ``lmmsolutions/datasets`` holds the data themselves.
Nothing here knows of grading.
"""
