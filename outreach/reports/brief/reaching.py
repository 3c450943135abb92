"""Who was told, in grades; the places in the order of the office; who was never told and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from channels.flyer.single.brief import BriefSection, BriefTable
from outreach.reports.brief.facts import Facts, Told, Verdict
from outreach.reports.brief.figures import NONE, share, span, town_rate
from outreach.reports.suppression import COVER, SMALL, TOTAL, Suppressed
from outreach.wording import say

_COUNTS = ("place", "eligible", "told", "share", "relayed", "untold")
_WITH_RATES = ("place", "eligible", "share", "untold", "rate", "verdict")


def levels(facts: Facts, most: int) -> Iterator[BriefSection]:
    """逐级情况, one row for each policy."""
    if not facts.policies:
        return
    shown = facts.policies[:most]
    tables = [one.shown(facts.length) for one in shown]
    rows = tuple(_level(one, table) for one, table in zip(shown, tables, strict=True))
    heads = ("policy", "eligible", "in_person", "delivered", "reached", "relayed", "untold", "unknown", "applied", "received")  # fmt: skip
    after = [
        say("brief.defined.levels"),
        *(f"{one.name}：{line}" for one in shown for line in one.outcomes),
    ]
    if len(facts.policies) > len(shown):
        after.append(say("brief.more_policies", n=len(facts.policies) - len(shown)))
    yield BriefSection(
        title=say("brief.title.levels"),
        table=BriefTable(
            head=tuple(say(f"brief.head.{name}") for name in heads),
            rows=rows,
            widths=(25, 13, 15, 13, 25, 15, 15, 13, 12, 12),
            note=_marks(rows),
        ),
        after=tuple(after),
    )


def _level(one: Told, shown: Suppressed) -> tuple[str, ...]:
    beside = one.beside()
    known = {each.fact: each.word != "none" for each in one.lists}
    grade = {name: shown.text(TOTAL, name) for name in ("eligible", "in_person", "delivered", "told", "relayed", "untold")}  # fmt: skip
    reached = f"{grade['told']}（{share(shown, TOTAL, 'told', 'eligible')}）"
    listed = tuple(
        beside.text(TOTAL, fact) if known.get(fact) or getattr(one.total, fact) else NONE
        for fact in ("applied", "received")
    )
    return (
        one.name, grade["eligible"], grade["in_person"], grade["delivered"], reached, grade["relayed"],
        grade["untold"], beside.text(TOTAL, "unknown"), *listed,
    )  # fmt: skip


def _marks(rows: Iterable[Sequence[str]]) -> str:
    """What the marks mean, where there are any."""
    marked = any(cell == COVER or cell.startswith(SMALL) for row in rows for cell in row)
    return say("brief.hidden", small=SMALL, cover=COVER) if marked else ""


def places(facts: Facts, most: int) -> Iterator[BriefSection]:
    """The leading policy by town or village, in the order of the codes: no ranking."""
    lead = facts.lead
    if lead is None:
        return
    table = lead.shown(facts.length)
    verdicts = {one.code: one for one in lead.verdicts} if facts.length == 9 else {}
    codes = sorted({place.code for place in lead.reach.by_length(facts.length)} | set(verdicts))
    if len(codes) < 2:
        return
    shown = _chosen(codes, {code for code, one in verdicts.items() if one.verdict == "behind"}, most)  # fmt: skip
    rows = [_place(facts, table, code, verdicts) for code in shown]
    heads = _WITH_RATES if verdicts else _COUNTS
    left_out = len(codes) - len(shown)
    lines = [say("brief.order", policy=lead.name)]
    if left_out:
        lines.append(say("brief.more_places", n=left_out))
    yield BriefSection(
        title=say("brief.title.towns" if facts.length == 9 else "brief.title.villages"),
        lines=tuple(lines),
        table=BriefTable(
            head=tuple(say(f"brief.head.{name}") for name in heads),
            rows=tuple(rows), texts=(0, 5) if verdicts else (0,), widths=(24, 11, 13, 14, 41, 17) if verdicts else (26, 12, 12, 14, 12, 14),
            spans=tuple(span(verdicts.get(code)) for code in shown) if verdicts else (),
            span_head=say("brief.head.span") if verdicts else "",
            note=" ".join(filter(None, (_marks(rows), say("brief.defined.verdict") if verdicts else ""))),
        ),
    )  # fmt: skip


def _chosen(codes: Sequence[str], wanted: set[str], most: int) -> list[str]:
    """As many as there is room for: those of which something is said first, printed in the order of codes."""
    first = [code for code in codes if code in wanted][:most]
    rest = [code for code in codes if code not in wanted][: most - len(first)]
    return sorted([*first, *rest])


def _place(
    facts: Facts, table: Suppressed, code: str, verdicts: Mapping[str, Verdict]
) -> tuple[str, ...]:
    """With a town's own rate the counts behind the share told give way to it."""
    row = {"place": facts.names.get(code, code)}
    for name in ("eligible", "told", "relayed", "untold"):
        row[name] = table.text(code, name) if code in table.counts else NONE
    row["share"] = share(table, code, "told", "eligible") if code in table.counts else NONE
    one = verdicts.get(code)
    row |= {"rate": town_rate(one), "verdict": _verdict(one)}
    return tuple(row[name] for name in (_WITH_RATES if verdicts else _COUNTS))


def _verdict(one: Verdict | None) -> str:
    return NONE if one is None else one.word or say(f"brief.verdict.{one.verdict}")


def missed(facts: Facts, most: int) -> Iterator[BriefSection]:
    """Why people were never told, and what comes next, for the leading policy."""
    lead = facts.lead
    if lead is None or not lead.untold:
        return
    table = lead.shown(facts.length)
    rows = _reasons(lead, table)
    shown = rows[:most]
    after = (say("brief.more_reasons", n=len(rows) - len(shown)),) if len(rows) > len(shown) else ()
    yield BriefSection(
        title=say("brief.title.missed"),
        lines=(say("brief.missed", policy=lead.name, n=table.text(TOTAL, "untold")),),
        table=BriefTable(
            head=tuple(say(f"brief.head.{name}") for name in ("why", "n", "next")),
            rows=tuple(shown), widths=(50, 14, 60), texts=(0, 2), note=_marks(shown),
        ),
        after=after,
    )  # fmt: skip


def _reasons(lead: Told, table: Suppressed) -> list[tuple[str, ...]]:
    return [
        (one.why, table.text(f"reason:{at}", "untold"), one.next)
        for at, one in enumerate(lead.untold)
    ]
