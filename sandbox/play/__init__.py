"""People who use the bot: what they do, followed and printed."""
