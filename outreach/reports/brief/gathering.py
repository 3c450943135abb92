"""Read everything that a report says about a campaign, a survey or a policy, inside one region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from outreach import clock
from outreach.access.queries import users
from outreach.access.scope import Scope
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import service as campaigns
from outreach.campaigns.signing.places import places as signed_places
from outreach.campaigns.signing.places import signer
from outreach.deliveries import queries as deliveries
from outreach.errors import Missing
from outreach.people.queries import people, regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach import service as ledger
from outreach.reports import service as reports
from outreach.reports.brief import sources
from outreach.reports.brief.facts import Done, Facts, ListDate, Signed, Step, Subject, Told
from outreach.reports.brief.resting import basis
from outreach.reports.steps import step_name
from outreach.surveys import service as surveys
from outreach.surveys.results import service as results
from outreach.wording import say
from outreach.wording.figures import exact_moment, fingerprint

_HANDED = ("accepted", "delivered", "undelivered")


@dataclass(frozen=True)
class Asked:
    """Where and for whom: the installation's own region (`home`) and its name, its zone, the scope of the report."""

    scope: Scope
    home: str
    place: str
    zone: ZoneInfo
    demo: bool = False
    named: bool = True  # whether the names of those who signed stand in it

    @property
    def on(self) -> date:
        """The day of the report."""
        return clock.today(self.zone)


@dataclass(frozen=True)
class Found:
    """What an id is the name of."""

    kind: Subject
    ref: str
    title: str
    policies: Sequence[str]
    campaigns: Sequence[Mapping[str, Any]]
    survey: Mapping[str, Any] | None = None


def find(connection: Connection, ref: str) -> Found:
    """A campaign, else a survey, else a policy of that name; `survey:wave-1` where one name stands for several.

    Missing `brief.unknown`.
    """
    kind, _, name = ref.rpartition(":")
    looks = [look for word, look in _KINDS.items() if kind in ("", word)]
    for look in looks:
        try:
            return look(connection, name)
        except Missing:
            continue
    raise Missing("brief.unknown", ref=ref)


def gather(connection: Connection, ref: str, asked: Asked) -> Facts:
    """Missing `brief.unknown`; Refused `access.outside_region` where a campaign lies elsewhere."""
    found = find(connection, ref)
    there = [one for one in found.campaigns if reports.concerns(asked.scope, one)]
    if found.kind == "campaign" and not there:
        asked.scope.require(found.campaigns[0]["region"])
    views = policies.all_policies(connection, list(found.policies))
    told = tuple(_told(connection, view, asked, found) for view in views)
    facts = Facts(
        kind=found.kind,
        ref=found.ref,
        title=found.title,
        region=asked.scope.region,
        place=_place(connection, asked),
        on=asked.on,
        demo=asked.demo,
        whole=asked.scope.covers(asked.home),
        policies=told,
        campaigns=tuple(_done(connection, one, asked) for one in there),
        basis=tuple(basis(connection, views, there, asked.scope, asked.on, asked.zone)),
        signals=tuple(sources.heard(connection, asked.scope, views, asked.on, asked.zone)),
        people=people.count_people(connection, asked.scope),
    )
    return _named(connection, facts)


def _named(connection: Connection, facts: Facts) -> Facts:
    codes = {place.code[: facts.length] for one in facts.policies for place in one.reach.places} | {
        verdict.code for one in facts.policies for verdict in one.verdicts
    }
    rows = regions.by_codes(connection, codes)
    names = {code: rows[code].name if code in rows else code for code in codes}
    far = say("brief.place_unknown")
    names |= {code: far for code in codes if len(code) < facts.length}
    return replace(facts, names=names)


def _campaign(connection: Connection, ref: str) -> Found:
    row = campaigns.get(connection, ref)
    refs = campaign_queries.policy_refs(connection, row["id"])
    return Found("campaign", ref, row["title"], refs, [row])


def _survey(connection: Connection, ref: str) -> Found:
    row = surveys.get(connection, ref)
    named = [row["policy"]] if row["policy"] else []
    about = [campaigns.get(connection, row["campaign"])] if row["campaign"] else []
    return Found("survey", ref, row["title"], named, about, row)


def _policy(connection: Connection, ref: str) -> Found:
    view = policies.get(connection, ref)
    every = reports.campaigns(connection, Scope())
    about = [one for one in every if ref in (one["frozen"] or {}).get("policies", {})]
    return Found("policy", ref, view.plain_name, [ref], about)


_KINDS = {"campaign": _campaign, "survey": _survey, "policy": _policy}


def _told(connection: Connection, view: PolicyView, asked: Asked, found: Found) -> Told:
    scope, on, home = asked.scope, asked.on, asked.home
    survey = found.survey or _newest(connection, view.ref)
    aware = _awareness(connection, survey)
    return Told(
        ref=view.ref,
        name=str(view.facts_at(home)["plain_name"]),
        reach=reports.reach(connection, scope, view, on, home),
        untold=sources.reasons(connection, scope, view, on, home),
        lists=tuple(_lists(connection, view.ref, on, scope.region)),
        awareness=aware,
        wording=_wording(survey) if aware and survey else "",
        survey=survey if aware else None,
        verdicts=sources.verdicts(connection, survey, scope) if aware and survey else (),
        compared=sources.compared(connection, survey) if aware and survey else None,
        waves=tuple(sources.waves(connection, view.ref)) if aware else (),
        outcomes=tuple(sources.outcomes(connection, scope, view, on, home)),
        channels=sources.channels(connection, scope, view, on, home),
    )


def _newest(connection: Connection, policy: str) -> Mapping[str, Any] | None:
    """The newest survey about the awareness of a policy in which somebody was asked."""
    every = surveys.list_surveys(connection)
    asked = (one for one in every if one["policy"] == policy and one["kind"] == "awareness")
    return next((one for one in asked if one["drawn_at"] is not None and one["answered"]), None)


def _awareness(connection: Connection, survey: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The figure of a survey about awareness; other kinds have no single figure."""
    if survey is None or survey["drawn_at"] is None or survey["kind"] != "awareness":
        return None
    return {**results.estimate(connection, survey["ref"]), "base": survey["base"]}


def _wording(survey: Mapping[str, Any]) -> str:
    """The headline question, word for word, as it was locked."""
    questions = survey["instrument"]["questions"]
    headline = survey["instrument"]["headline"]
    return next((str(one["text"]) for one in questions if one["code"] == headline), "")


def _lists(connection: Connection, ref: str, on: date, region: str) -> Iterator[ListDate]:
    for one in ledger.standing(connection, ref, on, region):
        newest = one.newest
        if newest is None:
            yield ListDate(one.fact, "none")
        else:
            yield ListDate(one.fact, one.word, newest.cut_off, newest.rows, newest.unmatched)


def _done(connection: Connection, campaign: Mapping[str, Any], asked: Asked) -> Done:
    names = {step["number"]: step_name(step) for step in campaign_queries.steps(connection, campaign["id"])}  # fmt: skip
    parts, cost, _ = deliveries.spent(connection, campaign["id"])
    steps = tuple(
        Step(
            names[one.number],
            sum(one.states.values()),
            sum(one.states.get(state, 0) for state in _HANDED),
            one.states.get("delivered", 0),
        )
        for one in reports.progress(connection, asked.scope, campaign)
    )
    digest = campaign["frozen_hash"]
    return Done(
        ref=campaign["ref"],
        title=campaign["title"],
        status=campaign["status"],
        steps=steps,
        parts=parts,
        cost_fen=cost,
        signed=tuple(_signed(connection, campaign, asked)) if digest else (),
        fingerprint=fingerprint(digest) if digest else "",
    )


def _signed(connection: Connection, campaign: Mapping[str, Any], asked: Asked) -> Iterator[Signed]:
    shown = {user.name: user.display or user.name for user in users(connection)}

    def who(name: str) -> str:
        return shown.get(name, name) if asked.named else say("brief.somebody")

    by, at = campaign["submitted_by"], campaign["submitted_at"]
    yield Signed(say("brief.submitted"), who(by), exact_moment(at, asked.zone)[:10])
    rows = campaign_queries.signatures(connection, campaign["id"])
    for place in signed_places(campaign, rows):
        one = place.signature
        if one is None:
            yield Signed(place.level.zh, "", "")
            continue
        on_paper = one["paper_id"] is not None
        on = one["signed_on"].isoformat() if on_paper else exact_moment(one["at"], asked.zone)[:10]
        yield Signed(place.level.zh, who(signer(one)), on)


def _place(connection: Connection, asked: Asked) -> str:
    if not asked.scope.region or asked.scope.region == asked.home:
        return asked.place or say("brief.everywhere")
    return regions.full_names(connection, [asked.scope.region])[asked.scope.region]
