"""A notice for each village or town of a region: its own where something else holds there, else one for all.

A county fills in for its villages where to go, whom to call, until when; every board then gets a notice of its own,
and boards that would say the same get copies of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from channels import flyer
from channels.flyer import Notice, SheetMeta
from channels.flyer.single.notices import NoticeSize
from outreach.deliveries.notices.desk import Desk, House, Order, Wording, desk_for, told
from outreach.deliveries.notices.service import common_words
from outreach.errors import Invalid, Missing, OutreachError
from outreach.messages import languages
from outreach.messages.findings import Finding
from outreach.messages.render import variables_used
from outreach.people import regions
from outreach.policies import readiness
from outreach.policies import service as policies
from outreach.policies.readiness import Fault
from outreach.policies.schemas import PolicyView

Each = Literal["village", "town"]
_LEVELS: dict[Each, str] = {"village": "村（社区）", "town": "乡镇（街道）"}


@dataclass(frozen=True)
class Spot:
    """Where a notice hangs: a region, and its name with the town's in front (青石镇石桥村)."""

    region: str
    name: str


@dataclass(frozen=True)
class LocalNotice:
    """One notice, to be printed once for each of its `spots`. `page`: where it stands in the whole, from 1.

    `pdf`: a file of its own. `findings`: what the checks say of its text; `faults`: why it may not hang (a draft).
    """

    spots: tuple[Spot, ...]
    pdf: bytes
    page: int
    version: str
    valid_until: date
    from_facts: bool
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]

    @property
    def copies(self) -> int:
        """How often it is needed."""
        return len(self.spots)


@dataclass(frozen=True)
class LeftOut:
    """A place that gets no notice, and why: a code and its params, which do not name the place once more."""

    spot: Spot
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class Series:
    """All notices of a region: `pdf` holds each once, in the order of the places; b"" when none could be made."""

    title: str
    pdf: bytes
    notices: tuple[LocalNotice, ...]
    left_out: tuple[LeftOut, ...]


@dataclass
class _Said:
    """A notice as written, at which desk, and everybody who gets just this one."""

    notice: Notice
    meta: SheetMeta
    desk: Desk
    spoken: tuple[Wording, ...]
    spots: list[Spot] = field(default_factory=list)


def series(
    connection: Connection,
    order: Order,
    house: House,
    each: Each,
    *,
    size: NoticeSize = "a4",
    crop_marks: bool = False,
) -> Series:
    """The notices of the villages or towns in the order's region, in one run; a place that gets none is named.

    Missing `notices.no_places` when none is registered there; Invalid `notices.series_language` for what is bilingual.
    """
    tag = languages.normalise(order.language)
    if tag.split("-")[0] not in languages.CHINESE:
        raise Invalid("notices.series_language", language=languages.name(tag))
    inside = order.region or house.home
    spots = [Spot(*one) for one in regions.at_level(connection, inside, each, order.on).items()]
    if not spots:
        raise Missing("notices.no_places", region=inside or "—", each=_LEVELS[each])
    view = policies.get(connection, order.policy)
    writing = _Writing(connection, order, house, view)
    said = writing.each_of(spots)
    with told():
        notices, left = _print(said, size, crop_marks=crop_marks)
    return Series(view.plain_name, *notices, (*writing.left, *left))


@dataclass
class _Writing:
    """From the places to what their notices say; `left`: those about which nothing may be said."""

    connection: Connection
    order: Order
    house: House
    view: PolicyView
    left: list[LeftOut] = field(default_factory=list)

    def each_of(self, spots: Sequence[Spot]) -> list[_Said]:
        """What is said, each once, in the order of the places."""
        found: dict[tuple[Notice, SheetMeta], _Said] = {}
        for some, faults in self._alike(spots):
            try:
                for one in self._written(some, faults):
                    there = found.setdefault((one.notice, one.meta), replace(one, spots=[]))
                    there.spots += one.spots
            except OutreachError as error:
                self.left += [LeftOut(spot, error.code, error.params) for spot in some]
        return sorted(found.values(), key=lambda one: one.spots[0].region)

    def _alike(self, spots: Sequence[Spot]) -> Iterable[tuple[list[Spot], tuple[Fault, ...]]]:
        """The places at which the same was filled in and the same stands in the way."""
        at = readiness.faults_by_region(
            self.connection, [self.view], self.order.on, self.house.home
        )
        found: dict[tuple[object, ...], tuple[list[Spot], tuple[Fault, ...]]] = {}
        for spot in spots:
            faults = tuple(at(spot.region))
            filled = tuple(local.region for local in self.view.local_chain(spot.region))
            found.setdefault((filled, repr(faults)), ([], faults))[0].append(spot)
        return found.values()

    def _written(self, spots: Sequence[Spot], faults: tuple[Fault, ...]) -> list[_Said]:
        first = self._one(spots[:1], faults)
        if any("village" in variables_used(one.text.body) for one in first.spoken):
            return [first, *(self._one([spot], faults) for spot in spots[1:])]
        return [replace(first, spots=list(spots))]

    def _one(self, spots: Sequence[Spot], faults: tuple[Fault, ...]) -> _Said:
        order = replace(self.order, region=spots[0].region)
        desk = desk_for(self.connection, order, self.house, self.view, faults)
        notice, spoken = common_words(desk)
        return _Said(notice, desk.meta(self.view.plain_name, *spoken), desk, spoken, list(spots))


def _print(
    said: Sequence[_Said], size: NoticeSize, *, crop_marks: bool
) -> tuple[tuple[bytes, tuple[LocalNotice, ...]], list[LeftOut]]:
    if not said:
        return (b"", ()), []
    press, metas = said[0].desk.press, [one.meta for one in said]
    made = flyer.render_notices(
        [one.notice for one in said], metas, press, size=size, crop_marks=crop_marks
    )
    files = flyer.notice_files(made, metas, press)
    notices = tuple(
        _local(said[number], pdf, page) for page, (number, pdf) in enumerate(files, start=1)
    )
    left = [
        LeftOut(spot, problem.code, {**problem.params, "serial": "", "householder": ""})
        for problem in made.problems
        for spot in said[int(problem.serial) - 1].spots
    ]
    return (made.pdf, notices), left


def _local(one: _Said, pdf: bytes, page: int) -> LocalNotice:
    return LocalNotice(
        spots=tuple(one.spots),
        pdf=pdf,
        page=page,
        version=one.meta.version,
        valid_until=one.desk.until,
        from_facts=not one.spoken,
        findings=tuple(finding for text in one.spoken for finding in text.findings),
        faults=one.desk.faults,
    )
