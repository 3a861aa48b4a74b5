"""Presets: saved from a result or from options, listed, shown, renamed, removed."""
