"""What is asked: many runs that share their random numbers."""
