"""All SQL of this slice."""
