"""Exercise set 03."""
