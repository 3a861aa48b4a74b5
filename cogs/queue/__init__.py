"""What a member has waiting and under way."""
