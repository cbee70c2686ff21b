"""Help for whoever marks written answers; nothing is marked here.

``numbers`` finds the numbers of a text, ``own`` lists the student's own results, ``compare`` says where the two do
not fit, and ``groups`` puts equal and near-equal answers together. All of it is pure, and takes texts as hostile.
"""
