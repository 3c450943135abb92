"""Why some of a campaign were not delivered or not sent: in words, with what happens next and what a person can do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from channels.base import Verdict
from channels.twilio_codes import verdict_of
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.reports.schemas import Why
from outreach.web.presenters.names import CHANNEL
from outreach.web.views.campaigns import Reason
from outreach.web.views.common import Link
from outreach.wording import catalogue, say


def failed(whys: Sequence[Why], actor: Actor) -> tuple[Reason, ...]:
    """What was handed over and did not arrive, the most frequent reason first."""
    counted: Counter[tuple[str, str]] = Counter()
    for why in whys:
        if why.state in ("undelivered", "refused"):
            counted[_fault(why)] += why.n
    paper = Link("打印入户", "/print") if actor.may(Action.PRINT) else None
    return tuple(
        Reason(
            say(f"web.fault.{kind}", code=code),
            n,
            say(f"web.next.{kind}"),
            paper if kind in ("permanent", "opted_out") else None,
        )
        for (kind, code), n in counted.most_common()
    )


def fault_words(why: Why) -> str:
    """What a carrier's code means, in words."""
    kind, code = _fault(why)
    return say(f"web.fault.{kind}", code=code)


def _fault(why: Why) -> tuple[str, str]:
    if why.channel == "flyer":
        return "paper", ""
    verdict = verdict_of(why.error)
    known = {
        Verdict.PERMANENT: "permanent",
        Verdict.OPTED_OUT: "opted_out",
        Verdict.LATER: "later",
        Verdict.STOP: "stop",
    }
    return (known[verdict], "") if verdict in known else ("other", why.error or "无")


def skipped(whys: Sequence[Why], actor: Actor, message_class: str) -> tuple[Reason, ...]:
    """What was not sent at all, the most frequent reason first."""
    counted: Counter[tuple[str, str]] = Counter()
    for why in whys:
        if why.state == "skipped":
            refused = why.reason == "refused_channel"
            counted[why.reason, why.channel if refused else ""] += why.n
    paper = Link("打印入户", "/print") if actor.may(Action.PRINT) else None
    return tuple(
        Reason(
            _refused(channel, message_class) if channel else reason_words(code),
            n,
            _next(code),
            paper if code in _ON_PAPER else None,
        )
        for (code, channel), n in counted.most_common()
    )


def _refused(channel: str, message_class: str) -> str:
    """Which channel is refused, for which class of messages."""
    kind = say(f"refusals.class.{message_class}")
    return say("refusals.skipped", channel=CHANNEL[channel], kind=kind)


_ON_PAPER = ("no_address", "refused_channel", "no_text")


def reason_words(code: str) -> str:
    """Why somebody was skipped, in words."""
    return say(f"reason.{code}") if f"reason.{code}" in catalogue() else code or "没有写原因"


def _next(code: str) -> str:
    return say(f"web.next.{code}") if f"web.next.{code}" in catalogue() else ""
