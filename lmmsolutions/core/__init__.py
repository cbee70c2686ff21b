"""What the lessons compute with: data, least squares, mixed models, their results, and a cache of solutions."""
