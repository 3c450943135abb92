"""How many, by which way, for how much: the big figures of a slip, one row per step, and who gets nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from channels.flyer import ApprovalStep
from channels.flyer.single.approval import Figure
from outreach.campaigns.preview.schemas import StepPreview
from outreach.reports.slip.signed import Signed
from outreach.reports.steps import condition_words, due_words, step_name
from outreach.wording import say
from outreach.wording.figures import exact_yuan, thousands, whole_yuan

_SHEETS = "flyer"


def figures(signed: Signed) -> Iterator[Figure]:
    """What is signed for: people, people and policies, messages, sheets, money."""
    preview = signed.preview
    yield Figure(value=thousands(preview.people), unit="人", label=say("slip.people"))
    sure, maybe = (
        sum(counts.get(certainty, 0) for counts in preview.by_policy.values())
        for certainty in ("yes", "unknown")
    )
    label = say("slip.pairs", sure=thousands(sure), maybe=thousands(maybe))
    yield Figure(value=thousands(sure + maybe), unit="对", label=label)
    yield from _messages(signed)
    yield from _sheets(signed)
    budget = signed.campaign["budget_fen"]
    label = say("slip.budget", budget=exact_yuan(budget)) if budget else say("slip.no_budget")
    yield Figure(value=whole_yuan(preview.cost_fen), unit="元", label=label)


def _messages(signed: Signed) -> Iterator[Figure]:
    texting = [step for step in signed.preview.steps if step.billing]
    if texting:
        people = sum(step.recipients for step in texting)
        several = "slip.messages_several" if len(texting) > 1 else "slip.messages"
        parts = sum(step.cost.total for step in texting)
        yield Figure(value=thousands(parts), unit="条", label=say(several, people=thousands(people)))  # fmt: skip


def _sheets(signed: Signed) -> Iterator[Figure]:
    paper = [step for step in signed.preview.steps if step.channel == _SHEETS]
    if paper:
        most = "slip.sheets_most" if any(step.at_most for step in paper) else "slip.sheets"
        sheets = sum(step.recipients for step in paper)
        yield Figure(value=thousands(sheets), unit="张", label=say(most))


def steps(signed: Signed, moment: Callable[[datetime], str]) -> Iterator[ApprovalStep]:
    """One row per step."""
    for seen in signed.preview.steps:
        step = signed.step_of(seen)
        when = [
            due_words(step, moment, signed.steps, staggered=bool(signed.waves)),
            condition_words(step),
            _carrier(signed, seen),
        ]
        most = f"{say('slip.at_most')} " if seen.at_most else ""
        yield ApprovalStep(
            channel=f"{seen.number}. {step_name(step)}",
            when="，".join(one for one in when if one),
            people=f"{most}{thousands(seen.recipients)} {say(f'coverage.unit.{seen.channel}')}",
            units=_units(seen, most),
            cost=exact_yuan(seen.cost_fen) if seen.billing else "—",
        )


def _units(seen: StepPreview, most: str) -> str:
    if seen.billing:
        return f"{thousands(seen.cost.total)} 条"
    if seen.channel == _SHEETS:
        return f"{most}{thousands(seen.recipients)} 张"
    return f"{thousands(seen.recipients)} 条" if seen.channel == "group" else "—"


def _carrier(signed: Signed, seen: StepPreview) -> str:
    """Who carries it, and for how much: neither can be another one than was signed."""
    frozen = {str(one["number"]): one for one in signed.campaign["frozen"]["steps"]}
    account = frozen[str(seen.number)].get("account")
    if not seen.billing or not account:
        return ""
    return say("slip.carrier", account=account["name"], price=exact_yuan(account["part_fen"]))


def skips(signed: Signed) -> str:
    """Who gets nothing, and why, as things stood; '' when everybody gets something."""
    said = [one for seen in signed.preview.steps for one in _skips(seen)]
    return say("slip.skips", steps="；".join(said)) if said else ""


def _skips(seen: StepPreview) -> Iterator[str]:
    if not seen.skipped:
        return
    why = "，".join(
        f"{say(f'reason.{code}')} {thousands(count)}" for code, count in seen.skipped.items()
    )
    unit = say(f"coverage.unit.{seen.channel}")
    total = thousands(sum(seen.skipped.values()))
    yield say("slip.skips_step", step=seen.number, count=total, unit=unit, why=why)
