"""The kit's colours, for figures and for what is drawn in the browser."""

# Petroff 2021: six colours that stay apart for the colour-blind.
COLOURS = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd")
FAINT = "#d9d9de"
"""What is possible but did not happen, and frames."""
QUIET = "#55555e"
"""Notes, and small words beside the drawing."""
