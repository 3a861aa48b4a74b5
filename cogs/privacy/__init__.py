"""`/privacy`: one's own data as a file, and their deletion."""
