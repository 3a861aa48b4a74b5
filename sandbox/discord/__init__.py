"""The stand-in for Discord: its HTTP API, its gateway, and what its members see and do."""
