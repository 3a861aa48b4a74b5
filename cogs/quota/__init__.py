"""Quota and people: where members stand, what admins allow whom, and who is banned."""
