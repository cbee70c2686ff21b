"""What the gradebook and the records hold of a whole class, read with few queries: the ground of reports."""
