"""Twilio's error codes, from `twilio_codes.toml`. Twilio warns not to hard-wire them: an office may correct the table."""

from __future__ import annotations

from pathlib import Path

from channels.base import Verdict
from channels.codes import Codes, load, shipped

OWN_FILE = Path("codes", "twilio.toml")
"""Where an office's own lines lie in the folder of its own texts."""

SHIPPED: Codes = shipped("twilio")

VERDICTS: dict[int, Verdict] = {
    code: one.verdict for code, one in SHIPPED.known.items() if one.verdict is not None
}


def table(own_folder: Path | None) -> Codes:
    """The table of an installation: as shipped, with the office's own lines over it. Rejected as `codes.load`."""
    return load("twilio", None if own_folder is None else own_folder / OWN_FILE)


def verdict_of(code: str | None) -> Verdict | None:
    """The shipped verdict for a code as it came, or None when we have none."""
    return SHIPPED.verdict(code)
