"""What admins and moderators do about content: blocked words, and reports of images."""
