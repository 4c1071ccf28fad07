"""Grading: every notebook of a class, each in a process of its own."""
