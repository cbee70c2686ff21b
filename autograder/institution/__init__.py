"""Grades and names between the gradebook and the systems of an institution: Canvas, Moodle, Blackboard, Gradescope.

A sheet that another system wrote is filled in and never written from nothing; what a plan would change, and what the
other system would skip without a word, is there to be read before anything is written.
"""
