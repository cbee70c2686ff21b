"""Written answers of a class, put together for marking: a page to read and a sheet to fill in."""
