"""Reference solutions of the seminar on linear mixed models: numbers, and what goes wrong on the way to them.

One module per question (:mod:`~lmmsolutions.data_overview`, :mod:`~lmmsolutions.correlation`,
:mod:`~lmmsolutions.ols`, :mod:`~lmmsolutions.subject_fits`, :mod:`~lmmsolutions.mixed_model`,
:mod:`~lmmsolutions.subject_comparisons`), each with ``solve(data)`` and ``MISTAKES``.  Nothing here knows of grading.
"""
