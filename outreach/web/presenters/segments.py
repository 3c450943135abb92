"""对象条件 on pages: the list, and the builder with its reading, its counts and what would settle the unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from outreach.audiences.segments import ready, service
from outreach.audiences.segments.schemas import SegmentView, named_policies
from outreach.people.queries.regions import all_regions
from outreach.policies import service as policies
from outreach.web.presenters import segment_words as words
from outreach.web.presenters.segment_counts import Desk, counts_of
from outreach.web.presenters.segment_form import Row, data, rows_of
from outreach.web.views.common import Choice, Link
from outreach.web.views.segments import (
    BuilderView,
    ReadyLine,
    RowView,
    SegmentLine,
    SegmentsView,
)
from segments import vocabulary
from segments.fields import FIELDS
from segments.parse import parse_rule
from segments.rules import Rule

_MOST_SUGGESTIONS = 400


@dataclass(frozen=True)
class Filled:
    """The form as it came in. `ref` '' = a new one that has no name yet."""

    ref: str
    name: str
    new: bool
    policy: str
    rows: Sequence[Row]


def listing(desk: Desk) -> SegmentsView:
    """Saved segments and the ready-made ones by family."""
    saved = tuple(
        SegmentLine(
            one.ref, one.name, service.read(desk.connection, one.rule), f"/segments/{one.ref}",
            tuple(service.used_by(desk.connection, one)),
        )
        for one in service.everything(desk.connection)
    )  # fmt: skip
    families: dict[str, list[ReadyLine]] = {}
    for one in ready.everything():
        line = ReadyLine(one.ref, one.name, one.about, one.policy)
        families.setdefault(one.family, []).append(line)
    groups = tuple((name, tuple(lines)) for name, lines in families.items())
    return SegmentsView(saved, groups, _policy_choices(desk))


def _policy_choices(desk: Desk) -> tuple[Choice, ...]:
    live = [one for one in policies.all_policies(desk.connection) if one.status == "live"]
    return tuple(Choice(one.ref, one.plain_name) for one in live)


def started(desk: Desk, ref: str = "", policy: str = "") -> BuilderView:
    """An empty form, or one filled in from a ready-made segment. Missing and Invalid as `ready` says."""
    if not ref:
        return builder(desk, Filled("", "", True, "", [Row()]))
    made = ready.get(ref)
    order = made.filled(policy)
    names = desk.names()
    rows = rows_of(order.data, names) or []
    called = f"{made.name}·{names.policies.get(policy, policy)}" if policy else made.name
    return builder(desk, Filled("", called, True, policy, rows), count=True)


def opened(
    desk: Desk, segment: SegmentView, *, saved: bool = False, policy: str = ""
) -> BuilderView:
    """A saved one."""
    used = tuple(service.used_by(desk.connection, segment))
    rows = rows_of(segment.data, desk.names())
    filled = Filled(segment.ref, segment.name, False, policy, rows or [])
    shown = _shown(desk, filled, segment.rule, {})
    counts = counts_of(desk, segment.rule, policy)
    mine = desk.actor.scope.covers(segment.region)
    return replace(
        shown,
        counts=counts,
        saved=saved,
        locked=rows is None or not mine,
        used=used,
        delete="" if used or not mine else f"/segments/{segment.ref}/delete",
    )


def builder(desk: Desk, filled: Filled, *, count: bool = False, problem: str = "") -> BuilderView:
    """The form as it came in, with the reading of what can be read, and counts when they are asked for."""
    rule, problems = data(filled.rows, desk.names())
    parsed = parse_rule(rule, segment=True)
    shown = _shown(desk, filled, parsed, problems)
    whole = count and not problems and any(row.field for row in filled.rows)
    missing = _unknown_policies(desk, filled) if whole else ""
    counts = counts_of(desk, parsed, filled.policy) if whole and not missing else None
    said = problem or missing or _summary(problems)
    return replace(shown, counts=counts, problem=said)


def _summary(problems: dict[int, str]) -> str:
    if not problems:
        return ""
    rows = "、".join(str(number) for number in sorted(problems))
    return f"第 {rows} 条填得不对，改好以后再算。"


def _unknown_policies(desk: Desk, filled: Filled) -> str:
    names = desk.names()
    rule, _ = data(filled.rows, names)
    unknown = sorted({ref for _, ref in named_policies(rule) if ref not in names.policies})
    return f"没有这项政策：{'、'.join(unknown)}。请在条件里重新选。" if unknown else ""


def _shown(desk: Desk, filled: Filled, rule: Rule, problems: dict[int, str]) -> BuilderView:
    choices = _policy_choices(desk)
    empty = not any(row.field for row in filled.rows)
    return BuilderView(
        title=filled.name or "新的对象条件",
        ref=filled.ref,
        name=filled.name,
        new=filled.new,
        rows=_rows(filled.rows, choices, problems),
        fields=words.fields(),
        policies=choices,
        policy=filled.policy,
        reading="" if (empty and filled.new) or problems else service.read(desk.connection, rule),
        words=_suggestions(desk),
        campaign=Link("宣传任务", "/campaigns", "send"),
    )


def _rows(
    rows: Sequence[Row], policies_: tuple[Choice, ...], problems: dict[int, str]
) -> tuple[RowView, ...]:
    labels = tuple(
        dict.fromkeys(
            row.part.removeprefix(words.ANY) for row in rows if row.part.startswith(words.ANY)
        )
    )
    return tuple(
        _row(number, row, labels, policies_, problems.get(number, ""))
        for number, row in enumerate(rows, 1)
    )


def _row(
    number: int, row: Row, labels: tuple[str, ...], policies_: tuple[Choice, ...], problem: str
) -> RowView:
    parts = words.parts(labels)
    if not row.field:
        return RowView(number, row.part, "", "", "", "", parts, (), "none", problem=problem)
    listed = words.choices(row.field)
    if FIELDS[row.field] == "policy":
        ended = row.value and row.value not in {one.value for one in policies_}
        listed = (*policies_, *([Choice(row.value, f"{row.value}（不在执行）")] if ended else []))
    return RowView(
        number, row.part, row.field, row.op, row.value, row.in_days, parts, words.ops(row.field),
        control=words.control(row.field, row.op), choices=listed,
        suggestions=words.SUGGESTED.get(row.field, ""), hint=words.HINTS.get(row.field, ""),
        days=words.moves(row.field), problem=problem,
    )  # fmt: skip


def _suggestions(desk: Desk) -> tuple[tuple[str, tuple[str, ...]], ...]:
    places = [row.name for row in all_regions(desk.connection, desk.home)][:_MOST_SUGGESTIONS]
    circumstances = tuple(one.zh for one in vocabulary.CIRCUMSTANCES)
    return (("l-circumstances", circumstances), ("l-regions", tuple(dict.fromkeys(places))))
