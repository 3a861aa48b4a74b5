"""Messages drawn as Discord would show them."""
