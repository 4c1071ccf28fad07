"""Exercise set 01."""
