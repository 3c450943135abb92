"""对象条件 on pages: the list, and the builder with its reading, its counts and what would settle the unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from outreach import clock
from outreach.access.schemas import Actor
from outreach.audiences import preview, settling
from outreach.audiences.segments import ready, service
from outreach.audiences.segments.schemas import Asked, SegmentView, named_policies
from outreach.people.queries.regions import all_regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import service as reach
from outreach.web.presenters import segment_words as words
from outreach.web.presenters.segment_form import Names, Row, data, rows_of
from outreach.web.services import Services
from outreach.web.views.common import Choice, Link
from outreach.web.views.segments import (
    BuilderView,
    Counts,
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
_MOST_GAPS = 3


@dataclass(frozen=True)
class Desk:
    """What all parts of these pages read from."""

    services: Services
    actor: Actor
    connection: Connection

    @property
    def on(self) -> date:
        """Today in the business zone."""
        return clock.today(self.services.settings.zone)

    @property
    def home(self) -> str:
        """The installation's region."""
        return self.services.settings.region

    def names(self) -> Names:
        """What policies and places are called."""
        live = policies.all_policies(self.connection)
        places = all_regions(self.connection, self.home)
        return Names(
            {one.ref: one.plain_name for one in live}, {row.code: row.name for row in places}
        )


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
    counts = _counts(desk, segment.rule, policy)
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
    counts = _counts(desk, parsed, filled.policy) if whole and not missing else None
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


def _counts(desk: Desk, rule: Rule, policy: str) -> Counts:
    """Of the segment itself, or of a policy among the people who may belong to it."""
    asked = Asked(desk.on, desk.home, desk.actor.scope.region)
    if not policy:
        total, _ = service.count(desk.connection, rule, asked)
        warning = _unlisted(desk, rule)
        return Counts(total.likely, total.unknown, total.not_, total.blocked, "", warning=warning)
    view: PolicyView = policies.get(desk.connection, policy)
    total = preview.totals(desk.connection, view, asked, rule)
    gaps = settling.settle(desk.connection, view, asked, rule) if total.unknown else []
    told = tuple(one.says for one in gaps if one.alone)[:_MOST_GAPS]
    return Counts(
        total.likely, total.unknown, total.not_, total.blocked, view.plain_name, told, _unlisted(desk, rule)
    )  # fmt: skip


def _unlisted(desk: Desk, rule: Rule) -> str:
    """A rule that asks who applied or received says what its lists carry, because without one everybody is unknown."""
    asked = {
        (clause.field, ref)
        for clause in rule.clauses()
        if clause.field in ("applied", "received")
        for ref in clause.operands or ()
    }
    names = desk.names().policies
    said = []
    for fact, ref in sorted(asked):
        standing = {
            one.fact: one.word for one in reach.standing(desk.connection, ref, desk.on, desk.home)
        }
        word = _STANDING.get(standing.get(fact, "none"), "")
        if word:
            said.append(
                f"《{names.get(ref, ref)}》{'申请' if fact == 'applied' else '领取'}名单{word}"
            )
    return f"{'；'.join(said)}，办了没有谁也不能确定，都算待核实。" if said else ""


_STANDING = {"none": "还没有导入过", "old": "太旧了", "estimate": "对不上的超过5%"}
