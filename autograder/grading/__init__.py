"""One submission from the bytes of its file to a graded notebook, as a pure function.

``submission`` lists the steps; ``intake`` reads the file, ``restore`` gives it the shape of the assignment, ``cells``
runs it in order, ``referee`` runs one test cell on ``evidence``, ``remarks`` compares written answers with the results.
"""
