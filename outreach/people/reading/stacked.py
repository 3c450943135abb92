"""A header that is spread over two rows: groups above, columns below (家庭情况 over 户主姓名 and 户号)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from outreach.people.reading.headers import field_of, is_group
from outreach.people.reading.workbook import Range

_NO_WORD = re.compile(r"\d{4,}|.{21,}")


def stacked(
    top: Sequence[str], bottom: Sequence[str], merged: Sequence[Range], row: int
) -> list[str] | None:
    """The headers of both rows, `group/header` below a group; None when the lower row is no part of the header.

    `row` is the upper row's index. A cell above several is known by its being merged, or, where a file says nothing
    of that, by the empty cells beside it that have headers below.
    """
    width = max(len(top), len(bottom))
    above = [*top, *[""] * (width - len(top))]
    below = [*bottom, *[""] * (width - len(bottom))]
    groups = _merged_groups(above, merged, row) or _beside(above, below)
    if not any(groups[at] and below[at] for at in range(width)):
        return None
    headers = []
    for at in range(width):
        alone, group, word = above[at], groups[at], below[at]
        if _NO_WORD.search(word) or (word and alone and not group and word != alone):
            return None
        headers.append(f"{group}/{word}" if group and word and word != group else word or alone)
    return headers if _is_header(above, below, headers) else None


def _merged_groups(above: Sequence[str], merged: Sequence[Range], row: int) -> list[str] | None:
    wide = [one for one in merged if one.top <= row <= one.bottom and one.right > one.left]
    if not wide:
        return None
    groups = [""] * len(above)
    for one in wide:
        for at in range(one.left, min(one.right + 1, len(above))):
            groups[at] = above[one.left]
    return groups


def _beside(above: Sequence[str], below: Sequence[str]) -> list[str]:
    groups = [""] * len(above)
    for at in range(1, len(above)):
        if not above[at] and below[at] and below[at - 1]:
            groups[at] = groups[at - 1] or above[at - 1]
            groups[at - 1] = groups[at]
    return groups


def _is_header(above: Sequence[str], below: Sequence[str], headers: Sequence[str]) -> bool:
    """Two rows are one header when they name fields, and the upper one is not merely a title or a line of remarks."""
    known = {field for header in headers if (field := field_of(header) if header else None)}
    texts = [text for text in above if text]
    if len(known) < 2 or len(texts) < 2 or any(re.search("[:：]", text) for text in texts):
        return False
    return any(map(is_group, texts)) or any(
        up and not down for up, down in zip(above, below, strict=True)
    )
