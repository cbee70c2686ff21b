"""Proving an assignment before it is released: what is right earns everything, what is wrong exactly what it should.

An instructor's *bank* holds answers as students write them, right and wrong, each with the points and the hint that it
deserves. An audit hands all of them in, together with the instructor's solution and the blank notebook.
"""
