"""Exercise set 04."""
