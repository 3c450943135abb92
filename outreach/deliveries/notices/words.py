"""From what a policy says and what is written about it to the words of a sheet. No database, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from channels.flyer import Notice, SecondLanguage
from outreach.deliveries.sheet_words import sum_of
from outreach.messages import facts, languages
from outreach.messages.markup import MOST_STEPS, Leaflet, parse_flyer
from outreach.policies.schemas import PolicyView

SHORT_HEADING = 9
"""Characters of a heading that stand on one line of a board."""
_WHOM_TO_ASK = "问谁"
_NO_FEE = re.compile("不收(手续)?费，不要密码和验证码。")
_SECOND_ROW = re.compile(r"([^：]{1,30})：\s*(\S.*)")


def notice_of(view: PolicyView, region: str, leaflet: Leaflet | None) -> Notice:
    """The notice of a policy at a region, in the words of its leaflet; without one, in those of its facts.

    The number comes from the facts alone. Whom to ask stands at the foot of every sheet and is not said again.
    """
    here = view.facts_at(region)
    official, plain = facts.words(here.get("official_name")), facts.words(here.get("plain_name"))
    amount, unit, prefix = amount_of(here)
    said = facts.words(here.get("amount"))
    text = leaflet or _from_facts(here)
    return Notice(
        official=f"惠民政策　{official}" + (f"（{plain}）" if plain not in ("", official) else ""),
        who=in_two_lines(text.heading),
        amount=amount or said,
        unit=unit,
        prefix=prefix,
        extent=extent(text.unit_lines or (said,), amount, said),
        steps=text.steps[:MOST_STEPS],
        rows=tuple(row for row in text.rows if row[0] != _WHOM_TO_ASK),
        paragraphs=tuple(one for one in text.paragraphs if not _said_already(one, official, plain)),
    )


def _from_facts(here: Mapping[str, Any]) -> Leaflet:
    rows = (
        ("去哪办", facts.words(here.get("where"))),
        ("带什么", facts.documents_to_bring(here)),
        ("何时办", facts.words(here.get("window"))),
    )
    return Leaflet(
        heading=facts.words(here.get("one_line")) or facts.words(here.get("plain_name")),
        steps=tuple(facts.words(step) for step in here.get("how_to_apply") or ()),
        rows=tuple(row for row in rows if row[1]),
        paragraphs=("能不能办，以受理部门审核为准。",),
    )


def _said_already(paragraph: str, official: str, plain: str) -> bool:
    """Names stand at the head of every sheet, and that nothing is charged at its foot."""
    named = f"{plain}，正式的名字叫{official}。"
    return paragraph == named or _NO_FEE.fullmatch(paragraph) is not None


def amount_of(here: Mapping[str, Any]) -> tuple[str, str, str]:
    """Number, unit (a line break between 元 and what it is for) and prefix; three times "" where it is no money."""
    found = sum_of(here)
    return found.number, "\n".join(filter(None, (found.money, found.each))), found.prefix


def is_number(amount: str) -> bool:
    """Whether what is set large is a number, not words."""
    return re.fullmatch(r"[0-9][0-9.,]*", amount) is not None


def extent(lines: Sequence[str], number: str, said: str) -> str:
    """What is said beside the number: without the number itself, which stands there already."""
    words = "".join(lines)
    if not number:
        return "" if words == said else words
    clauses = [clause for clause in re.split("[，。]", words) if clause]
    left = [clause for clause in clauses if f"{number}元" not in clause]
    return "，".join(left) + "。" if left else ""


def in_two_lines(heading: str) -> str:
    """A heading too long for one line is broken at its mark, which then goes."""
    if len(heading) <= SHORT_HEADING:
        return heading
    first, mark, rest = heading.partition("，")
    return f"{first}\n{rest}" if mark and len(rest) > 1 else heading


def second_of(language: str, text: str, reviewed_by: str) -> SecondLanguage:
    """The other column of a bilingual sheet from a rendered text.

    Marked like a leaflet; a row is a label, the wide colon ： and its words, in the order of the Chinese rows. What
    is repeated in the common language (official name, amount) stands together at the end, to be shown at a window.
    """
    rows, rest = [], []
    for line in text.splitlines():
        row = _SECOND_ROW.fullmatch(line.strip())
        if row and not line.lstrip().startswith(("#", ">")):
            rows.append((f"{row[1]}:", row[2]))
        else:
            rest.append(line)
    leaflet = parse_flyer("\n".join(rest))
    unit, *more = [one for one in leaflet.unit_lines if not _is_common(one)] or [""]
    said = (*leaflet.paragraphs, *leaflet.unit_lines)
    common = "，".join(one for one in said if _is_common(one))
    own = [one for one in leaflet.paragraphs if not _is_common(one)]
    return SecondLanguage(
        language=language,
        who=leaflet.heading,
        unit=unit,
        extent=" ".join(more),
        steps=leaflet.steps,
        rows=(*rows, *leaflet.rows),
        closing=(*own, common) if common else tuple(own),
        review=f"{languages.name(language).removesuffix('语')}文：由{reviewed_by}审定",
    )


def _is_common(line: str) -> bool:
    """Whether a line holds Chinese and no other letters."""
    letters = [one for one in line if one.isalpha()]
    return bool(letters) and all("\u3400" <= one <= "\u9fff" for one in letters)
