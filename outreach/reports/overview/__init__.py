"""Which policies ask for attention: one line each, by rules that stand beside the figures."""
