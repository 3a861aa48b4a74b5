"""What only the operator does, on the command line: see `bot.py admin`."""
