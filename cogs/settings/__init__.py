"""Defaults: one panel, for oneself or for a server."""
