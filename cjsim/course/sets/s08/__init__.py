"""Exercise set 08."""
