"""What the documentation's site is made with."""
