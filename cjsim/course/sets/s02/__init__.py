"""Exercise set 02."""
