"""The stand-ins for the image APIs."""
