"""The stand-in for Discord: its HTTP API and its gateway."""
