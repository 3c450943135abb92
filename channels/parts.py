"""How many parts an SMS is sent and billed as (3GPP TS 23.038 and 23.040; Chinese billing: 70/67).

A part of a longer message loses room to the header that joins the parts. Neither an escape pair of
the GSM alphabet nor a surrogate pair may lie across two parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]
Billing = Literal["3gpp", "china"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
_GSM = frozenset(_BASIC) | _ESCAPED
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Parts:
    """units: septets for GSM-7, UTF-16 code units for UCS-2. parts: at least 1."""

    encoding: Encoding
    units: int
    parts: int


def count_parts(text: str, billing: Billing = "3gpp") -> Parts:
    """Encoding, units and parts of a text as it leaves (signature and opt-out words included).

    billing "3gpp": what the network does. "china": every character counts 1 (astral ones 2), 70
    then 67, whatever the alphabet; the encoding is then always UCS-2.
    """
    encoding = _encoding(text, billing)
    units = sum(map(text.count, _ESCAPED)) if encoding == "GSM-7" else _astral(text)
    alike = units == 0  # no character takes two units: nothing can straddle
    units += len(text)
    single, multi = _ROOM[encoding]
    if units <= single:
        return Parts(encoding, units, 1)
    if alike:
        return Parts(encoding, units, -(-units // multi))
    return Parts(encoding, units, sum(1 for _ in _pieces(text, encoding)))


def split(text: str, billing: Billing = "3gpp") -> list[str]:
    """The text of each part, in order; joined they are the text."""
    encoding = _encoding(text, billing)
    if count_parts(text, billing).parts == 1:
        return [text]
    return list(_pieces(text, encoding))


def forcing_character(text: str) -> str | None:
    """The first character that the GSM alphabet lacks, so that all the text goes as UCS-2."""
    return next((character for character in text if character not in _GSM), None)


def _encoding(text: str, billing: Billing) -> Encoding:
    return "GSM-7" if billing == "3gpp" and _GSM.issuperset(text) else "UCS-2"


def _astral(text: str) -> int:
    if not text or max(text) <= "\uffff":
        return 0
    return sum(character > "\uffff" for character in text)


def _pieces(text: str, encoding: Encoding) -> Iterator[str]:
    room = _ROOM[encoding][1]
    start = used = 0
    for at, character in enumerate(text):
        wide = character in _ESCAPED if encoding == "GSM-7" else character > "\uffff"
        size = 2 if wide else 1
        if used + size > room:
            yield text[start:at]
            start, used = at, 0
        used += size
    yield text[start:]
