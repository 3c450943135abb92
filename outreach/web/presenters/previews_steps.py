"""One step of a preview: some texts as their readers have them, all of them as a list, parts and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from channels.parts import Billing
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.campaigns.preview.schemas import Distinct, StepPreview
from outreach.messages import languages
from outreach.messages.cost import Cost, Saving
from outreach.messages.schemas import SPOKEN
from outreach.messages.spoken import stretches
from outreach.reports.steps import condition_words
from outreach.web.formats import exact_yuan, thousands
from outreach.web.presenters.names import CHANNEL, UNIT
from outreach.web.presenters.previews_shown import phone
from outreach.web.presenters.printing import PRINTABLE
from outreach.web.presenters.signing import when_due
from outreach.web.services import Services
from outreach.web.views.common import Link
from outreach.web.views.previews import Column, CostView, Line, Sample, StepLook
from outreach.wording import say

SIDE_BY_SIDE = 6
"""Texts that are shown as their readers have them; all others stand in the list."""
FEW, PAGE = 8, 50
"""Rows of the list when all steps are shown, and on a page of one step."""


class Asked(BaseModel):
    """Which part of a preview: one step, one language, one text by its number, a page of the list."""

    model_config = ConfigDict(frozen=True)

    step: int = Field(0, ge=0)
    language: str = Field("", max_length=35)
    text: int = Field(0, ge=0)
    page: int = Field(1, ge=1)

    def href(self, base: str, **changed: object) -> str:
        """The address of the same with some values changed."""
        wanted = {**self.model_dump(), **changed}
        usual = {"step": 0, "language": "", "text": 0, "page": 1}
        kept = {name: value for name, value in wanted.items() if value != usual[name]}
        return f"{base}?{urlencode(kept)}" if kept else base


@dataclass(frozen=True)
class Desk:
    """Who looks at which campaign, and at which part of its preview. refs: the campaign's policies."""

    services: Services
    actor: Actor
    campaign: Mapping[str, Any]
    asked: Asked = field(default_factory=Asked)
    refs: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The address of the preview."""
        return f"/campaigns/{self.campaign['ref']}/preview"


Numbered = tuple[int, Distinct]
"""A text with its number among all texts of the campaign, from 1."""


def step_look(
    desk: Desk, steps: Mapping[int, Mapping[str, Any]], looked: StepPreview, first: int
) -> StepLook:
    """A step as the page shows it. steps: all of the campaign, by number; first: the number of its first text."""
    asked, base, step = desk.asked, desk.base, steps[looked.number]
    every = [
        (number, text)
        for number, text in enumerate(looked.texts, first)
        if asked.language in ("", text.language)
    ]
    chosen = [one for one in every if one[0] == asked.text] or _telling(every)
    rows = PAGE if asked.step else FEW
    at = (asked.page - 1) * rows if asked.step else 0
    unit = UNIT[looked.channel]
    upto = "至多 " if looked.at_most else ""
    return StepLook(
        number=looked.number,
        channel=CHANNEL[looked.channel],
        when="，".join(
            filter(
                None, (when_due(desk.services, desk.campaign, step, steps), condition_words(step))
            )
        ),
        count=f"{upto}{thousands(looked.recipients)} {unit}",
        sms=bool(looked.billing),
        texts=len(every),
        all_href=asked.href(base, step=looked.number, text=0, page=1),
        lengths=_lengths(every),
        samples=_with_picture(desk, step, [_sample(looked, text, unit) for _, text in chosen]),
        lines=tuple(_line(looked, one, unit, asked, base) for one in every[at : at + rows]),
        cost=cost_view(looked.cost) if looked.cost.lines else None,
        gaps=tuple(looked.gaps.items()),
        skipped=_reasons(looked.skipped),
        unit=unit,
        paper=_paper(desk, looked),
        on_paper=_on_paper(desk.campaign, looked),
        pages=_pages(asked, base, len(every)) if asked.step else (),
    )


def _telling(every: Sequence[Numbered]) -> list[Numbered]:
    """The most frequent text of each language, then the one that costs most, then the most frequent ones."""
    by_language: dict[str, Numbered] = {}
    for one in every:
        by_language.setdefault(one[1].language, one)
    dearest = max(every, key=lambda one: (one[1].parts, one[1].characters), default=None)
    wanted = [*by_language.values(), *([dearest] if dearest else []), *every[:SIDE_BY_SIDE]]
    return list({number: (number, text) for number, text in wanted}.values())[:SIDE_BY_SIDE]


def _lengths(every: Sequence[Numbered]) -> str:
    """Which text is longest and which is shortest; '' where all are alike."""
    if len(every) < 2:
        return ""
    shortest = min(every, key=lambda one: one[1].characters)
    longest = max(every, key=lambda one: one[1].characters)
    if shortest[1].characters == longest[1].characters:
        return f"都是 {longest[1].characters} 字"
    return (
        f"最长 {longest[1].characters} 字（第 {longest[0]} 种），"
        f"最短 {shortest[1].characters} 字（第 {shortest[0]} 种）"
    )


def _with_picture(
    desk: Desk, step: Mapping[str, Any], samples: Sequence[Sample]
) -> tuple[Sample, ...]:
    """The first post of a step about one policy stands with the picture for groups where people post by hand."""
    told = step["options"].get("policies") or desk.refs
    posts = samples and samples[0].kind == "post" and step["channel"] == "group"
    if not posts or len(told) != 1 or samples[0].tag.split("-")[0] not in languages.CHINESE:
        return tuple(samples)
    region = desk.campaign["region"]
    mine = region if desk.actor.scope.covers(region) else desk.actor.region
    asked = urlencode({"language": samples[0].tag, "region": mine})
    picture = f"/messages/{told[0]}/picture.png?{asked}"
    return (replace(samples[0], picture=picture), *samples[1:])


def _sample(looked: StepPreview, text: Distinct, unit: str) -> Sample:
    language = languages.name(text.language)
    caption = f"{thousands(text.count)} {unit}"
    if looked.billing:
        return sms_sample(text.text, _billing(looked), text.language, f"{caption}·{_each(text)}")
    if looked.channel in SPOKEN:
        said = stretches(text.text)
        return Sample("script", caption, language, text.language, text.text, said=said, seconds=text.seconds)  # fmt: skip
    note = f"{language}，{text.characters} 字"
    return Sample("post", caption, note, text.language, text.text)


def sms_sample(text: str, billing: Billing, tag: str, caption: str, shown: str = "") -> Sample:
    """A text message; `shown` stands there where a name is masked."""
    seen = phone(text, billing, shown)
    return Sample("sms", caption, languages.name(tag), tag, shown or text, phone=seen)


def _billing(looked: StepPreview) -> Billing:
    return "3gpp" if looked.billing == "3gpp" else "china"


def _each(text: Distinct) -> str:
    """每人 1 条, or 每人 1–2 条 where names differ in length."""
    least = f"{text.least}–" if 0 < text.least < text.parts else ""
    return f"每人 {least}{text.parts} 条"


def _line(looked: StepPreview, one: Numbered, unit: str, asked: Asked, base: str) -> Line:
    number, text = one
    least = f"{text.least}–" if 0 < text.least < text.parts else ""
    return Line(
        number=number,
        href=asked.href(base, step=looked.number, text=number),
        text=text.text,
        tag=text.language,
        language=languages.name(text.language),
        count=f"{thousands(text.count)} {unit}",
        length=text.characters,
        parts=f"{least}{text.parts} 条" if looked.billing else "",
        seconds=text.seconds,
    )


def _reasons(skipped: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    most_first = sorted(skipped.items(), key=lambda one: (-one[1], one[0]))
    return tuple((say(f"reason.{code}"), count) for code, count in most_first)


def _paper(desk: Desk, looked: StepPreview) -> str:
    """The picture of the first sheet, once sheets are planned; the name on it is masked."""
    campaign, actor = desk.campaign, desk.actor
    planned = campaign["status"] in PRINTABLE and campaign["released"]
    if looked.channel != "flyer" or looked.form or not planned or not actor.may(Action.PRINT):
        return ""
    return f"/print/preview.png?{urlencode({'campaign': campaign['ref'], 'kind': 'open'})}"


def _on_paper(campaign: Mapping[str, Any], looked: StepPreview) -> str:
    if looked.channel != "flyer" or looked.form:
        return ""
    if campaign["released"]:
        return "按户打印，每户写自己的政策；名单在打印前再核一遍。"
    return "按户打印，每户一张，写这一户自己的政策。放行以后，在“打印”里一张一张看。"


def _pages(asked: Asked, base: str, texts: int) -> tuple[Link, ...]:
    last = -(-texts // PAGE)
    found = []
    if asked.page > 1:
        found.append(Link("上一页", asked.href(base, page=asked.page - 1, text=0)))
    if asked.page < last:
        found.append(Link(f"下一页（第 {asked.page + 1} 页，共 {last} 页）", asked.href(base, page=asked.page + 1, text=0)))  # fmt: skip
    return tuple(found)


def cost_view(cost: Cost) -> CostView:
    """Parts and money, and what would save most of them."""
    widest = max(cost.histogram.values(), default=1)
    prices = sorted({part_fen for _, part_fen in cost.lines})
    return CostView(
        total=cost.total,
        least=cost.minimum,
        median=cost.median,
        most=cost.maximum,
        money=exact_yuan(cost.fen),
        price="、".join(f"每条 {exact_yuan(price)}" for price in prices),
        columns=tuple(
            Column(parts, count, round(max(0.5, count * 100 / widest), 2))
            for parts, count in cost.histogram.items()
        ),
        savings=tuple(_saves(one) for one in _worth(cost.savings)),
    )


def _worth(savings: Sequence[Saving]) -> list[Saving]:
    """The three lengths at which most is gained over the one before."""
    gains = [
        (one.parts - (savings[place - 1].parts if place else 0), one)
        for place, one in enumerate(savings)
    ]
    best = sorted(gains, key=lambda gain: (-gain[0], gain[1].characters))[:3]
    return sorted((one for _, one in best), key=lambda one: one.characters)


def _saves(one: Saving) -> str:
    return f"每条少写 {one.characters} 个字，省 {thousands(one.parts)} 条、{exact_yuan(one.fen)}。"
