"""`autograder watch`: a service that grades what is handed in when it is handed in, and releases the feedback."""
