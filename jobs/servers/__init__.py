"""What a server's admins, and the bot's operator, have decided: rules, people, and what was changed by whom."""
