"""How many know: each rate with its interval, base, wording, response, fictional item, and what it may be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channels.flyer.single.brief import BriefSection, BriefTable, Span
from outreach.reports.brief.facts import Facts, Told
from outreach.reports.brief.figures import NONE, rate
from outreach.wording import say
from outreach.wording.figures import interval, percent, thousands

_WAVES = 4
"""The last surveys whose rates stand in a brief; the workbook has all."""


def sections(facts: Facts, most: int, *, details: bool) -> Iterator[BriefSection]:
    """知晓率. With one survey all that belongs to it; with several a row for each, and the details of the leading one."""
    asked = [one for one in facts.policies if one.awareness is not None]
    lead = facts.lead
    if lead is None:
        return
    if not asked:
        yield BriefSection(title=say("brief.title.known"), lines=(say("brief.unasked"),))
        return
    shown = asked[:most]
    lines = list(_lines(facts, lead, details=details))
    yield BriefSection(
        title=say("brief.title.known"),
        table=BriefTable(
            head=tuple(say(f"brief.head.{name}") for name in ("policy", "awareness", "use", "response", "fictional")),
            rows=tuple(_row(one) for one in shown), widths=(26, 52, 14, 16, 18), texts=(0, 1, 2),
            spans=tuple(_span(one.awareness) for one in shown), span_head=say("brief.head.span"),
        ),
        after=tuple(lines),
    )  # fmt: skip


def _row(one: Told) -> tuple[str, ...]:
    figure = one.awareness or {}
    response, fictional = figure["response"]["rate"], figure["fictional"]
    invented = fictional["rate"] if fictional and fictional["use"] != "none" else None
    return (
        one.name,
        rate(figure),
        say(f"surveys.use.{figure['use']}"),
        NONE if response is None else percent(response, 0),
        NONE if invented is None else percent(invented),
    )


def _span(figure: Mapping[str, Any] | None) -> Span | None:
    if figure is None or figure["use"] == "none" or figure["rate"] is None:
        return None
    return Span(low=figure["low"], rate=figure["rate"], high=figure["high"])


def _lines(facts: Facts, lead: Told, *, details: bool) -> Iterator[str]:
    figure = lead.awareness or {}
    if not facts.whole:
        yield say("brief.of_all")
    if figure["generated"]:
        yield say("brief.generated")
    if lead.wording:
        yield say("brief.wording", wording=lead.wording)
    yield say(
        "brief.base",
        base=figure["base"], drawn=thousands(figure["drawn"]), answered=thousands(figure["answered"]), title=figure["title"],
    )  # fmt: skip
    if details:
        yield from _details(figure)
    if figure["worst_case"] is not None:
        worst = figure["worst_case"]
        yield say("brief.worst", span=interval(worst["low"], worst["high"]))
    yield from lead.waves[-_WAVES:]
    yield from lead.compared.sentences if lead.compared else (say("brief.no_baseline"),)


def _details(figure: Mapping[str, Any]) -> Iterator[str]:
    other, heard = figure["other_base"], figure["heard_of"]
    parts = []
    if other["use"] != "none" and other["rate"] is not None:
        parts.append(say("brief.other_base", rate=rate(other)))
    if heard["rate"] is not None and heard["use"] != "none":
        parts.append(say("brief.heard", share=rate({**other, **heard})))
    if parts:
        yield "".join(parts)
    if figure.get("n_eff") and figure.get("method") != "wilson":
        yield say("brief.design", n_eff=thousands(round(figure["n_eff"])), deff=f"{figure['deff']:.2f}")  # fmt: skip
    yield from figure.get("notes", ())
    yield say("brief.drawn", seed=figure["seed"], frame=figure["frame_hash"][:8], questions=figure["instrument_hash"][:8])  # fmt: skip
