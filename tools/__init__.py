"""For the maintainer of a clone: what writes the files that are kept in the repository."""
