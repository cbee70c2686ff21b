"""What an assignment is before it is handed out: generated, its imports read, its plain tests rehearsed."""
