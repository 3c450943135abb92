"""Who signs a campaign: chains as data, one signature after the other, on screen or on paper, all of one hash."""
