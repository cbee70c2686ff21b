"""What lies in a student's folder: read within bounds, found under other names, and when it came."""
