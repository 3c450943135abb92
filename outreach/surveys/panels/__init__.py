"""政策体验官: who takes part by their own choice."""
