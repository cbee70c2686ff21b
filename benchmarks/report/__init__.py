"""The report on a class: a simulated class of which everything is known, and how long a large class takes."""
