"""`outreach survey …`: draw a sample, write its list, take the answers in, estimate."""

from __future__ import annotations

import typer

app = typer.Typer(name="survey", help="知晓率调查 · awareness surveys")
