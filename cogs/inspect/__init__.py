"""What an image says about how it was made, and one more like it."""
