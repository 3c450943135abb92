"""All SQL of the kept counts."""
