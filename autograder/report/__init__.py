"""A class after grading: how far the work is, what was understood, whether the questions and the marking were good."""
