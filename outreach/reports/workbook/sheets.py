"""What stands on the sheets of a workbook: cells as text, whole numbers, shares, or the mark of a hidden count. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from outreach.reports.brief.conclusion import conclusion
from outreach.reports.brief.facts import LEVELS, Facts, Told
from outreach.reports.brief.limits import limits
from outreach.reports.suppression import COVER, LEAST, SMALL, TOTAL, Suppressed
from outreach.reports.workbook import method
from outreach.reports.workbook.schemas import Cell, Row, Share, Sheet
from outreach.surveys.results.schemas import SurveyResults
from outreach.wording import say
from outreach.wording.figures import long_day


def sheets(facts: Facts, found: Mapping[str, SurveyResults]) -> list[Sheet]:
    """All sheets, in the order of reading. `found`: policy → what its survey found, question by question."""
    tables = {one.ref: one.shown(facts.length) for one in facts.policies}
    return [
        _conclusion(facts),
        _levels(facts, tables),
        _places(facts, tables),
        _channels(facts, tables),
        _missed(facts, tables),
        _awareness(facts, found),
        _questions(facts, found),
        _compared(facts),
        method.method(facts, found),
        method.definitions(),
    ]


def _sheet(name: str, heads: str, rows: Iterator[Row], widths: tuple[int, ...], *notes: str) -> Sheet:  # fmt: skip
    made = tuple(rows)
    marked = any(cell in (SMALL, COVER) for row in made for cell in row)
    hidden = (say("brief.hidden", small=SMALL, cover=COVER),) if marked else ()
    return Sheet(
        name=say(f"workbook.{name}"),
        title=say(f"workbook.{name}.title"),
        head=tuple(say(f"brief.head.{one}") for one in heads.split()),
        rows=made,
        widths=widths,
        notes=(*notes, *hidden) if made else (*notes, say("workbook.nothing")),
    )


def _conclusion(facts: Facts) -> Sheet:
    marks = [say("brief.mark.demo")] if facts.demo else []
    marks += [say("brief.mark.generated"), say("brief.generated")] if facts.generated else []
    about = say("brief.about", place=facts.place, on=long_day(facts.on), title=facts.title, kind=say(f"brief.kind.{facts.kind}"))  # fmt: skip
    lines = [*marks, about, conclusion(facts), *facts.signals]
    rows: list[Row] = [(say("brief.title.limits"), line) for line in limits(facts)]
    rows += [(say("brief.title.basis"), line) for line in facts.basis]
    return Sheet(
        say("workbook.conclusion"), say("workbook.conclusion.title"), (), tuple(rows), (22, 96), tuple(lines)
    )  # fmt: skip


def _hidden(table: Suppressed, row: str, column: str) -> Cell:
    value = table.shown(row, column)
    return table.text(row, column) if value is None else value


def _share(table: Suppressed, row: str, part: str, whole: str) -> Cell:
    top, bottom = table.shown(row, part), table.shown(row, whole)
    return Share(top / bottom) if top is not None and bottom else None


def _levels(facts: Facts, tables: Mapping[str, Suppressed]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            table, beside = tables[one.ref], one.beside()
            counts = (_hidden(table, TOTAL, name) for name in LEVELS)
            yield (
                one.name,
                *counts,
                _share(table, TOTAL, "told", "eligible"),
                *_listed(one, beside),
            )

    heads = f"policy {' '.join(LEVELS)} share published unknown applied received"
    notes = [say("brief.defined.levels")]
    notes += [f"{one.name}：{line}" for one in facts.policies for line in one.outcomes]
    return _sheet("levels", heads, rows(), (30, *[11] * 11), *notes)


def _listed(one: Told, beside: Suppressed) -> Iterator[Cell]:
    """Without a list there is no number, not even nought."""
    known = {each.fact for each in one.lists if each.word != "none"}
    for name in ("published", "unknown", "applied", "received"):
        counted = name in ("published", "unknown") or name in known or getattr(one.total, name)
        yield _hidden(beside, TOTAL, name) if counted else None


def _places(facts: Facts, tables: Mapping[str, Suppressed]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            table = tables[one.ref]
            for place in one.reach.by_length(facts.length):
                counts = (_hidden(table, place.code, name) for name in LEVELS)
                yield (one.name, place.code, facts.names.get(place.code, place.code), *counts, _share(table, place.code, "told", "eligible"))  # fmt: skip

    heads = f"policy code place {' '.join(LEVELS)} share"
    return _sheet("places", heads, rows(), (26, 15, 22, *[11] * 7), say("workbook.order"))


def _channels(facts: Facts, tables: Mapping[str, Suppressed]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            for channel in one.channels:
                key = f"channel:{channel.channel}"
                counts = (_hidden(tables[one.ref], key, name) for name in ("in_person", "delivered", "relayed"))  # fmt: skip
                yield (one.name, _channel(channel.channel), *counts)

    notes = [say("definition.channel"), *_steps(facts)]
    return _sheet("channels", "policy step in_person delivered relayed", rows(), (30, 18, 12, 12, 12), *notes)  # fmt: skip


def _channel(code: str) -> str:
    name = say(f"coverage.channel.{code}")
    return code if name == f"coverage.channel.{code}" else name


def _steps(facts: Facts) -> Iterator[str]:
    for one in facts.campaigns:
        for step in one.steps:
            yield say("workbook.step", title=one.title, step=step.name, planned=step.planned, handed=step.handed, delivered=step.delivered)  # fmt: skip


def _missed(facts: Facts, tables: Mapping[str, Suppressed]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            for at, reason in enumerate(one.untold):
                yield (one.name, reason.why, _hidden(tables[one.ref], f"reason:{at}", "untold"), reason.next)  # fmt: skip

    return _sheet("missed", "policy why n next", rows(), (28, 46, 12, 40), say("definition.never"))


def _awareness(facts: Facts, found: Mapping[str, SurveyResults]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            if one.awareness is not None:
                yield from _bases(one.name, one.awareness)

    notes = [one.awareness["notice"] for one in facts.policies if one.awareness]
    notes += [line for one in facts.policies for line in _volunteers(one, found.get(one.ref))]
    heads = "policy base rate_only low high n n_eff deff use date mode"
    return _sheet("awareness", heads, rows(), (26, 26, 9, 9, 9, 9, 9, 9, 12, 12, 10), *dict.fromkeys(notes))  # fmt: skip


def _volunteers(one: Told, found: SurveyResults | None) -> Iterator[str]:
    """自愿填答: counted, never estimated, and never beside a rate without these words."""
    told = found.volunteers if found is not None else None
    if told is not None and told.n >= LEAST and (told.aware is None or told.aware >= LEAST):
        yield say("workbook.volunteers", policy=one.name, n=told.n, aware=told.aware if told.aware is not None else "—")  # fmt: skip


def _bases(name: str, figure: Mapping[str, Any]) -> Iterator[Row]:
    every = {
        "all": figure, "decided": figure["other_base"], "eligible": figure.get("eligible"), "fictional": figure["fictional"],
    }  # fmt: skip
    for base, share in every.items():
        if share is not None:
            yield (name, say(f"workbook.base.{base}"), *rate_cells(share), share["n"], *_sure(share), say(f"surveys.use.{share['use']}"), figure["date"], figure["mode"])  # fmt: skip


def rate_cells(share: Mapping[str, Any]) -> tuple[Cell, Cell, Cell]:
    """Rate and limits; empty where there are too few people for a percentage."""
    shown = share["use"] != "none" and share["rate"] is not None
    return tuple(Share(share[name]) if shown else None for name in ("rate", "low", "high"))  # type: ignore[return-value]


def _sure(share: Mapping[str, Any]) -> tuple[Cell, Cell]:
    n_eff, deff = share.get("n_eff"), share.get("deff")
    return round(n_eff, 1) if n_eff else None, round(deff, 3) if deff else None


def _questions(facts: Facts, found: Mapping[str, SurveyResults]) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            for question in found[one.ref].questions if one.ref in found else ():
                counted = question.counting
                if counted is not None:
                    label = say("workbook.counted", labels="、".join(question.counted_labels))
                    yield (one.name, question.text, label, *rate_cells(vars(counted)), counted.n, say(f"surveys.use.{counted.use}"))  # fmt: skip
                for option in question.options:
                    yield (one.name, question.text, option.label, *rate_cells(vars(option.share)), option.share.n, say(f"surveys.use.{option.share.use}"))  # fmt: skip

    heads = "policy question answer rate_only low high n use"
    return _sheet("questions", heads, rows(), (22, 46, 30, 9, 9, 9, 9, 12), say("workbook.questions_note"))  # fmt: skip


def _compared(facts: Facts) -> Sheet:
    def rows() -> Iterator[Row]:
        for one in facts.policies:
            for town in one.verdicts:
                yield (one.name, town.code, facts.names.get(town.code, town.code), *rate_cells(vars(town)), town.n, town.word or say(f"brief.verdict.{town.verdict}"))  # fmt: skip

    said = [
        f"{one.name}：{line}"
        for one in facts.policies
        if one.awareness is not None
        for line in (
            *one.waves,
            *(one.compared.sentences if one.compared else (say("brief.no_baseline"),)),
        )
    ]
    heads = "policy code place rate_only low high n verdict"
    return _sheet("compared", heads, rows(), (26, 13, 22, 9, 9, 9, 9, 18), *said, say("brief.defined.verdict"))  # fmt: skip
