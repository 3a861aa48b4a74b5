"""What can be done with a result: the buttons under it."""
