"""From recorded answers to figures."""
