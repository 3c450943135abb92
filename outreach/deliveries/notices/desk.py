"""What lies on the desk before a sheet is set: the policy, its texts, who issues it, until when it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from channels.flyer import FlyerError, Press, SheetMeta
from outreach import content
from outreach.deliveries.sheet_words import HOTLINE, HOTLINE_HOURS, asks_money
from outreach.errors import Invalid, Missing, Refused
from outreach.messages import facts, languages
from outreach.messages import service as texts
from outreach.messages.composer import Composer, Manner
from outreach.messages.findings import Finding
from outreach.messages.schemas import Place, Request, Text
from outreach.messages.shelf import Frame, judged
from outreach.people import regions
from outreach.policies import readiness, reviews
from outreach.policies import service as policies
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView
from outreach.settings import Settings

DRAFT = "草稿，不张贴"


@dataclass(frozen=True)
class House:
    """Who prints. `public_url` stands behind the QR codes; `demo` marks every sheet.

    `home` is the installation's region. `office` and `phone` are what the sheets say; '' = the policy's own office
    in the home region, and the policy's own phone. `sheets`: the folder of the .typ files; None = those that we ship.
    """

    public_url: str
    home: str = ""
    office: str = ""
    phone: str = ""
    demo: bool = False
    sheets: Path | None = None

    @classmethod
    def of(cls, settings: Settings, *, demo: bool, office: str = "") -> House:
        """The house of an installation, with the site's own sheets."""
        return cls(
            settings.public_url,
            home=settings.region,
            office=office,
            demo=demo,
            sheets=content.sheets(settings.content_dir, settings.data_dir / "cache"),
        )


@dataclass(frozen=True)
class Order:
    """Which sheet: of which policy, in which language, for which region ('' = the installation's), on which day.

    `until`: the last day that the sheet claims; None = as long as somebody stands for the policy, a year at most.
    `draft` lets unverified facts and unread texts through and prints 草稿，不张贴 on the sheet.
    """

    policy: str
    on: date
    language: str = languages.DEFAULT
    region: str = ""
    until: date | None = None
    draft: bool = False


@dataclass(frozen=True)
class Wording:
    """A text as rendered for the order, and what the checks say about it."""

    text: Text
    words: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Desk:
    """An order with everything that it needs. `faults`: why the policy may not be announced (drafts only)."""

    connection: Connection
    order: Order
    house: House
    view: PolicyView
    region: str
    until: date
    office: str
    phone: str
    faults: tuple[Fault, ...]

    def wording(self, channel: str, form: str = "", language: str = "") -> Wording:
        """The text of a channel and form in a language ('' = the order's).

        Missing when there is none; Refused `notices.waits` for one that nobody has read, `notices.faulty` for one
        that the checks stop. A draft shows both.
        """
        tag = languages.normalise(language or self.order.language)
        place = Place(self.view.ref, channel, tag, form or channel, "general")
        text = texts.get(self.connection, place)
        frame = Frame(self.office, self.until, self.phone, region=self.region)
        standing = judged(text, {self.view.ref: self.view}, frame, (place,))
        if not self.order.draft:
            _refuse(standing.state, text, standing.findings)
        shown = replace(text, needs_review=False) if self.order.draft else text
        composer = Composer(
            [shown],
            [self.view],
            office=self.office,
            valid_until=self.until,
            phone=self.phone,
            manner=Manner(written_dialects=True, region=self.region),
        )
        request = Request(tag, (self.view.ref,), self.region, village=self.place)
        (made,) = composer.compose(channel, [request], form)
        if made is None:
            raise Missing(
                "messages.no_variant", policy=self.view.ref, channel=channel, language=tag
            )
        return Wording(text, made.text, standing.findings)

    def marked(self, line: str) -> str:
        """`line`, and on a draft in front of it that this is one."""
        return f"【{DRAFT}】{line}" if self.order.draft else line

    @property
    def place(self) -> str:
        """The name of the order's region, as it stands in a script; '' for the whole installation."""
        if self.region in ("", self.house.home):
            return ""
        return regions.name_path(self.connection, self.region, "\n").split("\n")[-1]

    def meta(self, title: str, *spoken: Wording) -> SheetMeta:
        """What the foot of the sheet says: issuer, versions of policy and texts, until when."""
        versions = [f"政策第{self.view.number}版"]
        versions += [f"文字第{one.text.version}版" for one in spoken[:1]]
        printed = f"{self.order.on.isoformat()}印"
        return SheetMeta(
            title=title,
            issuer=self.office,
            office=self.office,
            version=DRAFT if self.order.draft else "·".join([*versions, printed]),
            valid_until=self.until,
            phone=self.phone,
            office_hours=HOTLINE_HOURS if self.phone == HOTLINE else SheetMeta.office_hours,
            fees=asks_money(self.view.facts_at(self.region)),
            url=f"{self.house.public_url.rstrip('/')}/calculator",
            demo=self.house.demo,
        )

    @property
    def press(self) -> Press:
        """Where the sheets lie."""
        return Press(templates=self.house.sheets or content.sheets(None, Path()))


def _refuse(state: str, text: Text, findings: tuple[Finding, ...]) -> None:
    named = {
        "policy": text.policy,
        "place": str(text.place),
        "language": languages.name(text.language),
    }
    if state == "unread":
        raise Refused("notices.waits", **named)
    if state == "faulty":
        first = next(one for one in findings if one.severity == "error")
        raise Refused("notices.faulty", **named, fault=first.message())


def lay_out(connection: Connection, order: Order, house: House) -> Desk:
    """Everything for an order. Refused with the first reason why the policy may not be announced, unless a draft."""
    view = policies.get(connection, order.policy)
    region = order.region or house.home
    faults = readiness.faults(connection, [view], region, order.on, house.home)
    return desk_for(connection, order, house, view, tuple(faults))


def desk_for(
    connection: Connection, order: Order, house: House, view: PolicyView, faults: tuple[Fault, ...]
) -> Desk:
    """The same with the policy and its faults at the order's region at hand."""
    region = order.region or house.home
    if faults and not order.draft:
        code, params = faults[0]
        raise Refused(code, **params)
    here = view.facts_at(region)
    return Desk(
        connection,
        order,
        house,
        view,
        region,
        _until(view, region, order),
        house.office or _office(connection, house.home, facts.words(here.get("office"))),
        house.phone or facts.words(here.get("phone")) or "12345",
        faults,
    )


def _office(connection: Connection, home: str, department: str) -> str:
    """示范县 and 卫生健康局 → 示范县卫生健康局."""
    names = regions.name_path(connection, home, "\n").split("\n") if home else [""]
    return names[-1] + department


def _until(view: PolicyView, region: str, order: Order) -> date:
    """As asked for, but never past the policy's end; by itself also not past its next review, nor past a year."""
    ends = [view.last_day(region)]
    if order.until is None:
        ends += [reviews.due_on(view), reviews.a_year_after(order.on)]
    until = min(day for day in (order.until, *ends) if day is not None)
    if until < order.on:
        raise Invalid("notices.until_past", policy=view.plain_name, until=until, on=order.on)
    return until


@contextmanager
def told() -> Iterator[None]:
    """What the press refuses, as a problem of the house: same code, same words."""
    try:
        yield
    except FlyerError as error:
        raise Invalid(error.code, **error.params) from error
