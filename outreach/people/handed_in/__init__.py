"""Lists that offices hand in: their rows name people who are registered already, and say one thing about them."""
