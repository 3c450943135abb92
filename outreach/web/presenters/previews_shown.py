"""A text as its readers have it: on a phone as it is split and billed, or read aloud. Pages of several slices use it."""

from __future__ import annotations

from channels.parts import Billing, count_parts, split
from outreach.messages.cost import MOST_CUT
from outreach.messages.measure import forcing_characters, last_part_begins
from outreach.web.views.previews import Phone, SmsPart


def phone(text: str, billing: Billing, shown: str = "") -> Phone:
    """An SMS with its parts.

    shown: what stands there instead of `text` when a name is masked; as long as the text, character by character,
    so that it is cut where the text is. One of another length is cut by itself.
    """
    said = shown or text
    ours = text if len(said) == len(text) else said
    parts = split(ours, billing)
    at = _forced_at(ours, billing) if len(parts) > 1 else 0
    pieces: list[SmsPart] = []
    start = 0
    for part in parts:
        pieces.append(_piece(said[start : start + len(part)], at - 1 - start))
        start += len(part)
    return Phone(tuple(pieces), _note(ours, len(parts), at, billing), at)


def _piece(part: str, inside: int) -> SmsPart:
    if 0 <= inside < len(part):
        return SmsPart(part[:inside], part[inside], part[inside + 1 :])
    return SmsPart(part)


def _forced_at(text: str, billing: Billing) -> int:
    """The place (from 1) of the character that makes it cost its last part; of Latin text, the one that is to blame."""
    forcing = forcing_characters(text, billing)
    return 1 + (text.index(forcing[0]) if forcing else last_part_begins(text, billing))


def _note(text: str, parts: int, at: int, billing: Billing) -> str:
    """How long it is, and what one character more or less would mean."""
    length = len(text)
    if parts == 1:
        brimful = count_parts(text + "字", billing).parts > 1
        return (
            f"{length} 字，正好一条。再多一个字就按 2 条计费。"
            if brimful
            else f"{length} 字，一条以内。"
        )
    forcing = forcing_characters(text, billing)
    if forcing:
        named = "”“".join(forcing)
        return f"{length} 字，按 {parts} 条计费。全文只有“{named}”不是普通字母，换掉它就便宜了。"
    over = length - at + 1
    advice = f"少写 {over} 个字，少一条。" if over <= MOST_CUT else ""
    return f"{length} 字，按 {parts} 条计费，从第 {at} 个字起算第 {parts} 条。{advice}"
