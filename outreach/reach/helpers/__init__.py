"""政策明白人: which households they look after, what they were taught, when they answer questions. No counts of their work."""
