"""What happens to people: who they are, how they change, what is written down of it."""
