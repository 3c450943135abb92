"""What a person was told, and who was never told: all SQL."""
