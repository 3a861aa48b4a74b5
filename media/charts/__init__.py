"""Charts as PNG: numbers and words in, bytes out."""
