"""What is taught: the tools that keep the lectures true."""
