"""Lists of regions as offices have them: read, and given codes where they have none."""
