"""The course folder and the gradebook: what is read and written there, only here.

One process writes; grading itself (:mod:`autograder.grading`) touches neither files nor databases.
"""
