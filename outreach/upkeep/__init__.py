"""Keeping an installation in order: migrations, and later erasure, retention, backup, move."""
