"""One person of a campaign: what exactly comes on each step, or why nothing. The name stays masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from channels.parts import Billing
from outreach import clock
from outreach.campaigns import service
from outreach.campaigns.preview.persons import Fit, Got, Way, person_preview
from outreach.campaigns.preview.versions import Changed, against, latest_version
from outreach.messages import languages
from outreach.messages.schemas import SPOKEN
from outreach.messages.spoken import spoken_seconds, stretches
from outreach.people import service as people
from outreach.policies.schemas import PolicyView
from outreach.web.formats import long_day
from outreach.web.presenters.names import CHANNEL, places
from outreach.web.presenters.previews_steps import Desk, sms_sample
from outreach.web.views.common import Choice
from outreach.web.views.previews import (
    ChangesView,
    ChangeView,
    GotView,
    PersonPreviewView,
    Sample,
)
from outreach.wording import say

_FIT = {
    "yes": ("yes", "很可能符合"),
    "unknown": ("ask", "资料不全，待核实"),
    "": ("no", "不在名单里"),
}


def person(desk: Desk, connection: Connection, row: Row[Any]) -> PersonPreviewView:
    """What one person would get today. The audience of a draft is taken as it was matched last."""
    services, campaign = desk.services, desk.campaign
    today = clock.today(services.settings.zone)
    look = service.looking(connection, campaign, today, services.vault, anew=False)
    found = person_preview(connection, look, row.id)
    return PersonPreviewView(
        title=campaign["title"],
        back=desk.base,
        name=people.show(row, services.vault).name,
        place=places(connection, [row.region])[row.region],
        person=f"/people/{row.id}",
        way=_way(found.way),
        fits=tuple(_fit(fit, look.views) for fit in found.fits),
        steps=tuple(_got(got) for got in found.steps),
        on=long_day(today),
    )


def _way(way: Way | None) -> tuple[tuple[str, str], ...]:
    if way is None:
        return (("bad", say("previewing.way_unguarded")),)
    kind = "yes" if way.alone else "ask" if way.usable else "bad"
    return (("no", say(way.through_code)), (kind, say(way.code)))


def _fit(fit: Fit, views: Sequence[PolicyView]) -> tuple[str, str, str]:
    named = {view.ref: view.plain_name for view in views}
    tag, words = _FIT[fit.certainty]
    why = f"：{'；'.join(fit.why)}" if fit.why else ""
    return tag, named[fit.policy], words + why


def _got(got: Got) -> GotView:
    channel = CHANNEL[got.channel]
    if got.reason:
        return GotView(got.number, channel, reason=say(got.reason_code))
    if not got.text:
        return GotView(got.number, channel, detail="一张一户一单，写这一户的政策。")
    asked = got.request.language if got.request else got.language
    given = languages.name(got.language)
    given += f"，{got.place} 第 {got.version} 版"
    detail = given if asked == got.language else f"说{languages.name(asked)}，收到的是{given}"
    return GotView(got.number, channel, detail=detail, sample=_sample(got))


def _sample(got: Got) -> Sample:
    tag, note = got.language, languages.name(got.language)
    if got.billing:
        billed = f"{len(got.text)} 字，计费 {got.parts} 条"
        rule: Billing = "3gpp" if got.billing == "3gpp" else "china"
        return sms_sample(got.text, rule, tag, billed, got.shown)
    if got.channel in SPOKEN:
        said = stretches(got.shown)
        return Sample("script", "", note, tag, got.shown, said=said, seconds=spoken_seconds(said))
    return Sample("post", "", note, tag, got.shown)


def changes(
    desk: Desk, connection: Connection, other: str, campaigns: Sequence[Mapping[str, Any]]
) -> ChangesView:
    """The texts of a campaign beside another version of them. campaigns: those that may be compared with."""
    versions = range(1, latest_version(connection, desk.campaign) + 1)
    signed = bool(desk.campaign["frozen_hash"])
    usual = "签的这一版和现在的最新一版" if signed else "现在的一版和它前面的一版"
    choices = [
        Choice("", usual),
        *(Choice(str(number), f"第 {number} 版") for number in versions),
    ]
    choices += [
        Choice(one["ref"], one["title"]) for one in campaigns if one["ref"] != desk.campaign["ref"]
    ]
    found = against(connection, desk.campaign, other)
    return ChangesView(
        title=desk.campaign["title"],
        back=desk.base,
        lede=f"比的是：{next((one.label for one in choices if one.value == other), other)}。前面是旧的，后面是新的。",
        against=other,
        choices=tuple(choices),
        changes=tuple(_change(one) for one in found),
    )  # fmt: skip


def _change(one: Changed) -> ChangeView:
    text = one.after or one.before
    title = text.title if text else str(one.place)
    was = f"第 {one.before.version} 版" if one.before else "没有"
    now = f"第 {one.after.version} 版" if one.after else "没有"
    channel, language = CHANNEL[one.place.channel], languages.name(one.place.language)
    return ChangeView(f"{title}·{channel}·{language}", f"{was} → {now}", one.runs)
