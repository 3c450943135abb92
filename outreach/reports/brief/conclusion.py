"""The title of a brief: the one sentence that the figures allow. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from outreach.reports.brief.facts import Facts, Told
from outreach.reports.brief.figures import rate
from outreach.reports.suppression import TOTAL
from outreach.wording import say
from outreach.wording.figures import percent, thousands

_NAMED = 3  # towns that a title names


def conclusion(facts: Facts) -> str:
    """What a meeting may take away, no more: never a rise without a comparison, never a rate from too few people."""
    lead = facts.lead
    if lead is None:
        return say("brief.concluded.nothing", title=facts.title)
    if facts.whole and lead.awareness is not None and lead.awareness["n"]:
        return _known(facts, lead)
    return _reached(facts, lead)


def _known(facts: Facts, lead: Told) -> str:
    figure = lead.awareness or {}
    if figure["use"] == "none":
        return say("brief.concluded.few", policy=lead.name, n=thousands(figure["n"]))
    known = say("brief.concluded.known", policy=lead.name, rate=rate(figure), towns=_towns(facts, lead), change=_change(lead))  # fmt: skip
    return known + _doubt(figure)


def _doubt(figure: Mapping[str, Any]) -> str:
    """What takes a rate its weight belongs into the title: it is what is quoted."""
    low = say("brief.concluded.low_response") if figure["worst_case"] is not None else ""
    return low + (say("brief.concluded.generated") if figure["generated"] else "")


def _towns(facts: Facts, lead: Told) -> str:
    behind = [facts.names.get(one.code, one.code) for one in lead.verdicts if one.verdict == "behind"]  # fmt: skip
    if not behind:
        return _none_behind(lead)
    names = "、".join(behind[:_NAMED])
    code = "brief.concluded.behind_more" if len(behind) > _NAMED else "brief.concluded.behind"
    return say(code, names=names, n=len(behind))


def _none_behind(lead: Told) -> str:
    """That none is behind may be said only where some were compared."""
    if not lead.verdicts:
        return ""
    compared = any(one.verdict != "few" for one in lead.verdicts)
    return say("brief.concluded.none_behind" if compared else "brief.concluded.none_compared")


def _change(lead: Told) -> str:
    if lead.compared is None:
        return say("brief.concluded.no_baseline")
    if not (lead.compared.before or lead.compared.may_claim):
        return say("brief.concluded.no_effect")
    if lead.compared.may_claim and lead.compared.sentences:
        return re.split("[：。]", lead.compared.sentences[0])[0]
    return say("brief.concluded.no_change")


def _reached(facts: Facts, lead: Told) -> str:
    shown = lead.shown(facts.length)
    eligible, told = shown.shown(TOTAL, "eligible"), shown.shown(TOTAL, "told")
    asked = "" if lead.awareness else say("brief.concluded.unasked")
    if not lead.total.eligible:
        return say("brief.concluded.nobody", policy=lead.name)
    if not lead.total.told:
        return say("brief.concluded.untold", policy=lead.name, eligible=shown.text(TOTAL, "eligible"))  # fmt: skip
    if eligible is None or told is None:
        return say("brief.concluded.small", policy=lead.name, asked=asked)
    return say(
        "brief.concluded.told",
        policy=lead.name, told=thousands(told), share=percent(told / eligible), untold=shown.text(TOTAL, "untold"), asked=asked,
    )  # fmt: skip
