"""Proposals: people for whom something has changed under a policy; an officer makes a campaign of them or does not."""
