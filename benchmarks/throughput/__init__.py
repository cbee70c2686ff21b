"""How long a class takes, beside the peers: ``python -m benchmarks.throughput``."""
