"""How a sandbox is built: the file system that it sees, the Python in it, and the system calls that it may make."""
