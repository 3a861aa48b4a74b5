"""What admins set up, pause, carry as a file and look back at: `/admin`."""
