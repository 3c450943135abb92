"""The catalogue of benefit policies: what each says, who checked it, and what each region fills in."""
