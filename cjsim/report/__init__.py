"""What an experiment says in words, tables and files."""
