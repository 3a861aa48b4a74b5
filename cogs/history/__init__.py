"""A member's own past."""
