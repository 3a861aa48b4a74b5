"""What the bot tells whoever runs it."""
