"""What images cost, what may be spent on them, and who is told of it."""
