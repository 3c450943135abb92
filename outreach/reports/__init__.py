"""Figures for pages and papers: read only, inside a region scope, never a name."""
