"""The board: one what-if page, in JupyterLab, as a file, on a phone in the last row."""
