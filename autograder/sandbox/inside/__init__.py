"""The only code of the grader that runs inside the sandbox, beside the student's.

It is bound read-only at ``/opt/sandbox/inside`` and imports the standard library, IPython and
the scientific packages that students use, nothing else of the grader.  None of it is trusted
once student code runs in the same process: the host decodes every byte that comes out.
The exception is process 1 (:mod:`~.init`), in which student code never runs.
"""
