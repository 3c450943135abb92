"""The sheets about one policy: notice, picture, question card, broadcast script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from channels import flyer
from channels.flyer import Notice, Printed
from channels.flyer.picture import Picture, render_picture
from channels.flyer.single.cards import CardSize
from channels.flyer.single.notices import NoticeSize
from outreach.deliveries.notices import words
from outreach.deliveries.notices.desk import DRAFT, Desk, House, Order, Wording, lay_out, told
from outreach.errors import Invalid, Missing
from outreach.messages import languages
from outreach.messages.findings import Finding
from outreach.messages.markup import Leaflet, parse_flyer, parse_qa
from outreach.messages.spoken import spoken_seconds, stretches
from outreach.policies.readiness import Fault


@dataclass(frozen=True)
class Made:
    """A sheet or picture, what it says of itself, and what the checks found in its texts.

    `faults` are why it may not hang: only a draft has some. `from_facts`: nobody wrote a text, the facts speak.
    """

    data: bytes
    kind: Literal["pdf", "png"]
    pages: int
    title: str
    version: str
    valid_until: date
    language: str
    from_facts: bool = False
    findings: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()


def notice(
    connection: Connection,
    order: Order,
    house: House,
    *,
    size: NoticeSize = "a4",
    crop_marks: bool = False,
) -> Made:
    """A board notice, two leaflets or a 明白纸; in a language that is not Chinese a bilingual A4.

    Refused when the policy may not be announced or a text waits for its reader; Missing when the second language
    has no text; Invalid when something does not fit or cannot be printed here.
    """
    desk = lay_out(connection, order, house)
    common, spoken = common_words(desk)
    tag = languages.normalise(order.language)
    with told():
        if tag.split("-")[0] in languages.CHINESE:
            meta = desk.meta(desk.view.plain_name, *spoken)
            made = flyer.render_notice(common, meta, desk.press, size=size, crop_marks=crop_marks)
        else:
            _refuse_size(tag, size, crop_marks=crop_marks)
            other = desk.wording("flyer", language=tag)
            spoken = (*spoken, other)
            meta = desk.meta(desk.view.plain_name, *spoken)
            made = flyer.render_bilingual(_two(common, other), meta, desk.press)
    return _made(desk, made, spoken, meta.version)


def _refuse_size(tag: str, size: NoticeSize, *, crop_marks: bool) -> None:
    if size != "a4" or crop_marks:
        raise Invalid("notices.bilingual_size", language=languages.name(tag), size=size)


def _two(common: Notice, other: Wording) -> flyer.Bilingual:
    """Both columns; Invalid when the second one names another sum than the facts."""
    second = words.second_of(other.text.language, other.words, other.text.reviewed_by or DRAFT)
    said = " ".join((second.who, second.unit, second.extent))
    if words.is_number(common.amount) and common.amount not in said:
        raise Invalid(
            "notices.other_amount",
            place=str(other.text.place),
            amount=common.amount,
            said=second.unit,
        )
    return flyer.Bilingual(notice=common, other=second)


def common_words(desk: Desk) -> tuple[Notice, tuple[Wording, ...]]:
    """The Chinese words of a notice, and the text that they come from: none when the facts speak."""
    tag = languages.normalise(desk.order.language)
    chinese = tag if tag.split("-")[0] in languages.CHINESE else languages.DEFAULT
    try:
        spoken: tuple[Wording, ...] = (desk.wording("flyer", language=chinese),)
    except Missing:
        if chinese != languages.DEFAULT:
            raise
        spoken = ()
    leaflet: Leaflet | None = parse_flyer(spoken[0].words) if spoken else None
    made = words.notice_of(desk.view, desk.region, leaflet)
    return replace(made, official=desk.marked(made.official)), spoken


def picture(connection: Connection, order: Order, house: House) -> Made:
    """The notice as a picture for ordinary WeChat groups; refused and missing as for `notice`."""
    desk = lay_out(connection, order, house)
    tag = languages.normalise(order.language)
    if tag.split("-")[0] not in languages.CHINESE:
        raise Invalid("notices.picture_language", language=languages.name(tag))
    common, spoken = common_words(desk)
    meta = desk.meta(desk.view.plain_name, *spoken)
    with told():
        made = render_picture(common, meta, desk.press)
    return _made(desk, made, spoken, meta.version)


def questions(
    connection: Connection, order: Order, house: House, *, size: CardSize = "a5x2"
) -> Made:
    """问答卡 of a policy."""
    desk = lay_out(connection, order, house)
    asked = desk.wording("flyer", "qa")
    official = str(desk.view.facts_at(desk.region).get("official_name") or "")
    card = flyer.QuestionCard(
        title=f"{desk.view.plain_name}　常见问答",
        official=desk.marked(official),
        pairs=tuple(parse_qa(asked.words)),
    )
    meta = desk.meta(desk.view.plain_name, asked)
    with told():
        made = flyer.render_questions(card, meta, desk.press, size=size)
    return _made(desk, made, (asked,), meta.version)


def broadcast(
    connection: Connection,
    order: Order,
    house: House,
    *,
    form: str = "",
    with_pinyin: bool = False,
    slots: str = "",
) -> Made:
    """大喇叭稿 of a policy, in any form that is read aloud (三句半, 典型故事 …); `slots`: when it is played."""
    desk = lay_out(connection, order, house)
    spoken = desk.wording("broadcast", form)
    script = flyer.BroadcastScript(
        title=desk.marked(desk.view.plain_name),
        village=desk.place or desk.office,
        paragraphs=tuple(line.strip() for line in spoken.words.splitlines() if line.strip()),
        seconds=spoken_seconds(stretches(spoken.words)),
        language=languages.name(spoken.text.language),
        slots=slots,
    )
    meta = desk.meta(desk.view.plain_name, spoken)
    with told():
        made = flyer.render_broadcast(script, meta, desk.press, with_pinyin=with_pinyin)
    return _made(desk, made, (spoken,), meta.version)


def _made(desk: Desk, made: Printed | Picture, spoken: tuple[Wording, ...], version: str) -> Made:
    paper = isinstance(made, Printed)
    return Made(
        data=made.pdf if isinstance(made, Printed) else made.png,
        kind="pdf" if paper else "png",
        pages=made.pages if isinstance(made, Printed) else 1,
        title=desk.view.plain_name,
        version=version,
        valid_until=desk.until,
        language=languages.normalise(desk.order.language),
        from_facts=not spoken,
        findings=tuple(finding for one in spoken for finding in one.findings),
        faults=desk.faults,
    )
