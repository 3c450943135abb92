"""Checked rows into the register: whom they name, what changes, and how to take it back."""
