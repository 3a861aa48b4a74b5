"""People's rights over what is kept of them: all of it as a file, and its deletion."""
