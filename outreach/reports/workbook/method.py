"""方法 and 口径: how it was drawn, weighted and estimated, what each number means, which software. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from outreach import __version__
from outreach.reports.brief.facts import Facts, Told
from outreach.reports.workbook.schemas import Sheet
from outreach.surveys.results.schemas import SurveyResults
from outreach.wording import catalogue, say
from outreach.wording.figures import percent


def method(facts: Facts, found: Mapping[str, SurveyResults]) -> Sheet:
    """One line for each fact, policy by policy."""
    rows = [
        row for one in facts.policies if one.awareness for row in _survey(one, found.get(one.ref))
    ]
    rows += [("", say("method.hidden"), say("method.hidden.said"))]
    rows += [
        ("", say("method.software"), __version__),
        ("", say("method.made"), facts.on.isoformat()),
    ]
    return Sheet(
        say("workbook.method"), say("workbook.method.title"),
        tuple(say(f"brief.head.{name}") for name in ("policy", "fact", "said")), tuple(rows), (24, 24, 92),
    )  # fmt: skip


def _survey(one: Told, found: SurveyResults | None) -> Iterator[tuple[str, str, str]]:
    figure = one.awareness or {}
    for name, said in _facts(one, figure):
        if said:
            yield (one.name, say(f"method.{name}"), said)
    for note in found.said() if found is not None else ():
        yield (one.name, say("method.weights"), note)


def _facts(one: Told, figure: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    survey = one.survey or {}
    yield ("survey", f"{figure['survey']} {figure['title']}")
    yield ("wording", one.wording)
    yield ("base", figure["base"])
    yield ("drawn", say("method.drawn.said", drawn=figure["drawn"], answered=figure["answered"], frame=figure.get("frame_size", "")))  # fmt: skip
    yield ("seed", figure["seed"])
    yield ("frame_hash", figure["frame_hash"])
    yield ("instrument_hash", figure["instrument_hash"])
    design = survey.get("design") or {}
    yield ("design", "；".join(f"{key}: {value}" for key, value in sorted(design.items()) if value))
    yield ("fieldwork", " ".join(part for part in (figure["date"], figure["mode"]) if part))
    rate = figure["response"]["rate"]
    yield ("response", say("method.response.said", rate=percent(rate)) if rate is not None else "")
    yield ("interval", say(f"method.interval.{figure.get('method', 'wilson')}"))
    yield ("notice", figure["notice"])


def definitions() -> Sheet:
    """统计口径, as every page has them."""
    rows = tuple(
        tuple(say(code).split("：", 1)) if "：" in say(code) else ("", say(code))
        for code in catalogue()
        if code.startswith("definition.")
    )
    return Sheet(say("workbook.definitions"), say("workbook.definitions.title"), (), rows, (26, 96))
