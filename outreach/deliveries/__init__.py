"""Exactly what was signed, once, at a decent hour: from frozen audience to the carrier's last word."""
