"""What the checks said, and what was switched on or overruled with which reason; and who has signed so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from channels.flyer.single.approval import Check, Signature
from outreach.campaigns.signing.places import Place, signer
from outreach.messages.remarks import facts, remarks
from outreach.reports.slip.signed import Signed
from outreach.wording import say
from outreach.wording.figures import exact_yuan, thousands

MOST = 8
"""Remarks of a kind that are written out; how many more there are is said."""


def checks(signed: Signed) -> Iterator[Check]:
    """What passed, then what whoever signs must know: gaps first."""
    yield _check("passed", "slip.check_policies")
    yield _check("passed", "slip.check_texts")
    yield from _passed(signed)
    yield from _languages(signed)
    yield from _warnings(signed)
    yield from _money(signed)
    yield from _switches(signed)
    if signed.returned:
        yield _check("note", "slip.check_returned", times=signed.returned)
    if not signed.noted_then:
        yield _check("note", "slip.check_of_today")


def _check(word: str, code: str, **named: object) -> Check:
    return Check(word=say(f"slip.word.{word}"), text=say(code, **named))


def _passed(signed: Signed) -> Iterator[Check]:
    """What was too old or not in order, and who let it pass with which reason."""
    if not signed.passed:
        yield _check("passed", "slip.check_lists")
    for one in signed.passed:
        by = signed.who(one.by)
        yield _check("exception", "slip.check_passed", what=one.said, by=by, reason=one.reason)


def _languages(signed: Signed) -> Iterator[Check]:
    said = facts(remarks(signed.coverage), signed.policy_names)
    if not said:
        yield _check("passed", "slip.check_languages")
    for gap, text in said[:MOST]:
        yield Check(word=say(f"slip.word.{'gap' if gap else 'note'}"), text=text)
    if len(said) > MOST:
        yield _check("note", "slip.check_more_remarks", count=len(said) - MOST)


def _warnings(signed: Signed) -> Iterator[Check]:
    """Of the texts that somebody gets."""
    used = signed.used
    said = list(
        dict.fromkeys((one.title, one.said) for one in signed.grounds.warned if one.variant in used)
    )
    if not said:
        yield _check("passed", "slip.check_warnings")
    for title, message in said[:MOST]:
        yield _check("hint", "slip.check_warning", title=title, said=message)
    if len(said) > MOST:
        yield _check("hint", "slip.check_more_warnings", count=len(said) - MOST)


def _money(signed: Signed) -> Iterator[Check]:
    budget, cost = signed.campaign["budget_fen"], signed.preview.cost_fen
    if budget and cost > budget:
        yield _check("note", "slip.check_over_budget", over=exact_yuan(cost - budget))
    elif budget:
        yield _check("passed", "slip.check_budget")


def _switches(signed: Signed) -> Iterator[Check]:
    options = signed.campaign["options"]
    for key in ("written_dialects", "ignore_quiet_hours"):
        if key in options:
            yield _check("exception", f"slip.check_{key}", reason=options[key])
    if signed.campaign["message_class"] == "urgent":
        yield _check("exception", "slip.check_urgent", reason=options.get("urgent", "—"))
    unsure = sum(counts.get("unknown", 0) for counts in signed.preview.by_policy.values())
    if unsure:
        yield _check("note", "slip.check_unsure", count=thousands(unsure))


def chain(signed: Signed, moment: Callable[[datetime], str]) -> Iterator[Signature]:
    """Who wrote it, who submitted it, who signed on screen or on paper; a line to sign by hand for each who has not."""
    campaign = signed.campaign
    alone = campaign["created_by"] == campaign["submitted_by"]
    if not alone:
        yield _signature("written", signed.who(campaign["created_by"]), moment(campaign["created_at"]))  # fmt: skip
    level = "written_submitted" if alone else "submitted"
    yield _signature(level, signed.who(campaign["submitted_by"]), moment(campaign["submitted_at"]))
    for place in signed.levels:
        yield _level(signed, place, moment)


def _level(signed: Signed, place: Place, moment: Callable[[datetime], str]) -> Signature:
    one, name = place.signature, place.level.zh
    if one is None:
        due = say("slip.due", on=moment(place.due)) if place.due else ""
        return Signature(step=f"{name}{due}")
    on_paper = one["paper_id"] is not None
    said = (
        say("slip.said.paper", by=signed.who(one["by"])) if on_paper else say("slip.said.approved")
    )
    date = one["signed_on"].isoformat() if on_paper else moment(one["at"])
    return Signature(
        step=name, name=signed.who(signer(one)), date=date, said=said + _remark(one["note"])
    )


def _signature(level: str, name: str, at: str) -> Signature:
    return Signature(step=say(f"slip.level.{level}"), name=name, date=at, said=say(f"slip.said.{level}"))  # fmt: skip


def _remark(note: str) -> str:
    return say("slip.said_note", note=note) if note else ""
