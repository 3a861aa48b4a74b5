"""Several jobs of one order: asked for first, placed together, summed up in one message."""
