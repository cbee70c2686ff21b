"""From untrusted bytes to a notebook in the shape of the assignment."""
