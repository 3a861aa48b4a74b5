"""`/stats`: what a server, or a member in it, has made: a picture of charts, and the same in words."""
