"""新建宣传任务, 写什么: the frame of the texts, and which text each step has for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from outreach.campaigns.coverage import WRITTEN
from outreach.deliveries import orders
from outreach.deliveries.requests import form_of
from outreach.messages import languages
from outreach.messages import service as messages
from outreach.messages.composer import Composer
from outreach.messages.schemas import Request, Text
from outreach.models.messages import BUNDLE
from outreach.policies.schemas import PolicyView
from outreach.web.presenters.names import CHANNEL
from outreach.web.presenters.wizard import Sheet, frame
from outreach.web.views.common import Link
from outreach.web.views.wizard import TextLine, WordsPage

_EVERY = "几项一起说"
_AT_ONCE = ("group", "broadcast")
_LEAST_VALID = "9999-12-31"
"""Stands for a last day that is not written, or is no day, while texts are looked for."""


def words_page(sheet: Sheet) -> WordsPage:
    """写什么. What nobody has written yet is offered as in the newest campaign."""
    written = {
        **frame(sheet),
        **{key: str(value) for key, value in sheet.document.items() if key in _FRAME},
    }
    return WordsPage(
        shell=sheet.shell(),
        office=written["office"],
        phone=written["phone"],
        valid_until=written["valid_until"],
        opt_out=written["opt_out"],
        dialects=str((sheet.document.get("written_dialects") or {}).get("reason", "")),
        steps=_texts(sheet, written),
    )


_FRAME = ("office", "phone", "valid_until", "opt_out")


def _texts(
    sheet: Sheet, written: Mapping[str, str]
) -> tuple[tuple[str, tuple[TextLine, ...]], ...]:
    views = sheet.views()
    steps = [one for one in sheet.document.get("steps") or () if one.get("channel") in CHANNEL]
    if not views or not steps:
        return ()
    composer = orders.composer(sheet.desk.connection, _campaign(sheet, written), views)
    texts = messages.newest(sheet.desk.connection, [*(view.ref for view in views), BUNDLE])
    return tuple(
        (f"第 {number} 步·{CHANNEL[one['channel']]}", tuple(_lines(composer, one, views, sheet.place, texts)))
        for number, one in enumerate(steps, 1)
    )  # fmt: skip


def _campaign(sheet: Sheet, written: Mapping[str, str]) -> dict[str, Any]:
    """As much of a campaign as texts are chosen by."""
    try:
        until = date.fromisoformat(written["valid_until"]).isoformat()
    except ValueError:
        until = _LEAST_VALID
    return {
        "id": 0,
        "frozen_hash": "",
        "region": sheet.place,
        "announce": sheet.document.get("announce", "general"),
        "options": {
            **{key: written[key] for key in ("office", "phone", "opt_out")},
            "valid_until": until,
            "written_dialects": bool(sheet.document.get("written_dialects")),
        },
    }


def _lines(
    composer: Composer, step: Mapping[str, Any], views: Sequence[PolicyView], place: str, texts: Sequence[Text]
) -> list[TextLine]:  # fmt: skip
    """One line for everything that the step may have to say."""
    channel, form = step["channel"], form_of({"options": step})
    named = step.get("policies")
    told = [view for view in views if named is None or view.ref in named]
    if channel not in WRITTEN and not form:
        about = "、".join(view.plain_name for view in told)
        link = Link("看样张", "/print") if channel == "flyer" else Link("看宣传内容", "/messages")
        return [TextLine(about, True, _BY_HAND[channel], "", link)]
    every = tuple(view.ref for view in told)
    wanted: list[tuple[str, ...]] = [] if channel in _AT_ONCE else [(view.ref,) for view in told]
    if len(every) > 1 or not wanted:
        wanted.append(every)
    names = {view.ref: view.plain_name for view in told}
    return [_line(composer, channel, form, refs, place, names, texts) for refs in wanted]


_BY_HAND: Mapping[str, str] = {
    "flyer": "按户印，内容取自政策资料，不用另写",
    "visit": "带名单和话术上门",
    "call": "带名单和话术打电话",
    "broadcast": "按大喇叭稿播",
}


def _line(
    composer: Composer,
    channel: str,
    form: str,
    refs: tuple[str, ...],
    place: str,
    names: Mapping[str, str],
    texts: Sequence[Text],
) -> TextLine:
    ref = refs[0] if len(refs) == 1 else BUNDLE
    found = composer.choose(channel, Request(languages.DEFAULT, refs, place), form)
    others = sorted(
        {
            languages.name(one.language)
            for one in texts
            if one.policy == ref and one.channel == channel and one.form == (form or channel)
            and one.ready and one.language != languages.DEFAULT
        }
    )  # fmt: skip
    about = names[ref] if len(refs) == 1 else _EVERY
    here = f"/messages/{ref}"
    if found is None:
        return TextLine(about, False, "还没有写", "、".join(others), Link("去写", here))
    return TextLine(about, True, found.title, "、".join(others), Link("看", here))
