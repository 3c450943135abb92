"""Figures side by side: towns, waves, the same people twice, those who were told beside those who wait."""
