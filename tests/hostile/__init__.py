"""Hand-ins by people who have read this repository: what each tries, and what must hold all the same."""
