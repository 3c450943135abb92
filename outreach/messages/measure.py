"""How long a text is: aloud, in bytes, and where one SMS part more begins."""

from __future__ import annotations

import math
from bisect import bisect_left

from channels import parts
from channels.parts import Billing

READING_PACE = 210
"""Characters a minute over a loudspeaker: the middle of the usual 200 to 220 字/分."""


def reading_seconds(text: str, per_minute: int = READING_PACE) -> int:
    """Seconds to read `text` aloud, rounded up. Characters, letters and digits count; marks are in the pace."""
    return math.ceil(sum(character.isalnum() for character in text) * 60 / per_minute)


def utf8_bytes(text: str) -> int:
    """Bytes on the wire: group robots limit these, not characters."""
    return len(text.encode("utf-8"))


def count_parts(text: str, billing: Billing = "3gpp") -> int:
    """SMS parts that the carrier bills for the text."""
    return parts.count_parts(text, billing).parts


def last_part_begins(text: str, billing: Billing = "3gpp") -> int:
    """Index of the first character that makes the text cost as many parts as it does.

    For Chinese that is the first one past a limit; for Latin text it may be the one that forces UCS-2.
    """
    if not text:
        return 0
    lengths = range(1, len(text) + 1)
    return bisect_left(
        lengths, count_parts(text, billing), key=lambda length: count_parts(text[:length], billing)
    )


def forcing_characters(text: str, billing: Billing = "3gpp") -> list[str]:
    """The few characters without which the text would go in fewer parts, because all others are GSM-7.

    Empty for Chinese text, where nearly every character forces UCS-2 and none is to blame.
    """
    if billing != "3gpp":
        return []
    forcing = [character for character in dict.fromkeys(text) if parts.forcing_character(character)]
    plain = "".join("?" if character in forcing else character for character in text)
    fewer = count_parts(plain, billing) < count_parts(text, billing)
    return forcing if fewer and len(forcing) <= 3 else []


__all__ = [
    "READING_PACE",
    "Billing",
    "count_parts",
    "forcing_characters",
    "last_part_begins",
    "reading_seconds",
    "utf8_bytes",
]
