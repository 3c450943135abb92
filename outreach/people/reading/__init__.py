"""What an office sent: from a file to checked rows. Nothing here knows the database."""
