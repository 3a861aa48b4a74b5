"""What people type and press in Discord, and how results are shown."""
