"""From figures to view-models: the words and links of each page."""
