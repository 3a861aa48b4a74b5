"""The bot measured against a floor: what a bare script needs for the same work, in the same run."""
