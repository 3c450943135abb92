"""一封信: one page for one household, addressed for a window envelope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class LetterSheet:
    """A letter. `salutation` is its first line (李建国：您好！); `paragraphs` follow, one thought each.

    `office` signs it (default: that of the job), `dated` stands under the signature. The address is set
    for a window of 85 × 40 mm at 20/45 mm. What may stand in it is decided by the caller.
    """

    serial: str
    householder: str
    address: str
    salutation: str
    paragraphs: tuple[str, ...]
    dated: date
    office: str = ""
