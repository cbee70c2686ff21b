"""Many submissions at the same time: in processes of this machine, or on a cluster."""
