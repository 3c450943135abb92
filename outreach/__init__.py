"""Outreach: the campaign manager that makes benefit policies known to everyone who can claim them."""

__version__ = "0.1.0"
