"""What may be handed out about a campaign, a survey or a policy: brief, document, workbook, evaluator's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.roles import Action
from outreach.errors import Invalid
from outreach.reports import brief, evaluation, workbook
from outreach.reports.brief import Facts, House, word
from outreach.reports.brief.gathering import Asked
from outreach.reports.evaluation import Handed
from outreach.surveys import service as surveys
from outreach.surveys.results import service as results
from outreach.surveys.results.schemas import SurveyResults
from outreach.wording import say

FORMS: Mapping[str, tuple[str, Action]] = {
    "pdf": ("application/pdf", Action.REPORTS_MAKE),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Action.REPORTS_MAKE,
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Action.REPORTS_EVALUATE,
    ),
    "zip": ("application/zip", Action.REPORTS_EVALUATE),
}
"""Ending of a file → its media type, and what whoever takes it must be allowed."""


@dataclass(frozen=True)
class Collected:
    """What was read; everything else needs no database. `handed` only for the evaluator's file."""

    form: str
    ref: str
    region: str
    facts: Facts | None = None
    found: Mapping[str, SurveyResults] = field(default_factory=dict)
    handed: Handed | None = None


@dataclass(frozen=True)
class Paper:
    """A file to hand out. `detail` is for the log and for JSON."""

    form: str
    ref: str
    name: str
    content: bytes
    detail: Mapping[str, Any]

    @property
    def media_type(self) -> str:
        """For a browser."""
        return FORMS[self.form][0]


def form_of(file: str) -> str:
    """pdf docx xlsx zip by the ending of a file's name; Invalid `brief.format` for any other."""
    ending = file.rpartition(".")[2].lower()
    if ending not in FORMS:
        raise Invalid("brief.format", file=file, suffix=f".{ending}")
    return ending


def collect(connection: Connection, ref: str, form: str, asked: Asked) -> Collected:
    """Read what a form needs. Missing for an unknown name, Refused outside the scope or for what may not go out."""
    region = asked.scope.region
    if form == "zip":
        name = ref.removeprefix("survey:")
        survey = surveys.get(connection, name)
        asked.scope.require(survey["region"] or asked.home)
        return Collected(form, name, region, handed=evaluation.hand_out(connection, name))
    facts = brief.gather(connection, ref, asked)
    found = {
        one.ref: results.everything(connection, one.survey["ref"])
        for one in facts.policies
        if form == "xlsx" and one.survey is not None
    }
    return Collected(form, facts.ref, region, facts, found)


def produce(collected: Collected, house: House, at: datetime) -> Paper:
    """The file. Invalid, as the press says it, when a brief cannot be set."""
    form, ref = collected.form, collected.ref
    if collected.handed is not None:
        name = say("handing.zip", ref=ref)
        return Paper(form, ref, name, collected.handed.archive, collected.handed.as_dict())
    facts = collected.facts
    assert facts is not None  # noqa: S101 - the only other thing that is collected
    detail: dict[str, Any] = {"form": form, "region": collected.region, "kind": facts.kind}
    name = say(f"handing.{form}", ref=ref, on=facts.on.isoformat())
    if form == "xlsx":
        return Paper(form, ref, name, workbook.write(facts, collected.found, at), detail)
    made = brief.make(facts, house)
    detail |= {"pages": made.pages, "title": made.brief.title}
    content = made.pdf if form == "pdf" else word.write(made.brief, made.foot, at)
    return Paper(form, ref, name, content, detail)


def note(connection: Connection, paper: Paper, by: str) -> None:
    """Write into the log who took which file."""
    thing = f"{'survey' if paper.form == 'zip' else 'report'}:{paper.ref}"
    audit.record(connection, by, FORMS[paper.form][1], thing, paper.detail)
