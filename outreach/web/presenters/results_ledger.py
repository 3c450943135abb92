"""The parts of 触达 that are counted person by person: households, coverage, money, the never-reached, channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from outreach.access.roles import Action
from outreach.messages import languages
from outreach.reports.reaching import service as reaching
from outreach.reports.reaching.definitions import define, list_words, next_words, why_words
from outreach.reports.reaching.schemas import Conversion, Costs, Coverage, Figures, HouseholdCount
from outreach.reports.schemas import PlaceCount
from outreach.web.formats import exact_yuan, long_day, percent, thousands
from outreach.web.presenters.names import CHANNEL, places
from outreach.web.views.common import Link
from outreach.web.views.results import (
    CountRow,
    Fact,
    Outcome,
    SmallTable,
    Unreached,
    UnreachedPlace,
)
from outreach.wording import say

if TYPE_CHECKING:
    from outreach.web.presenters.results import Asked

_GO = {
    "hand": ("去送", "/visits", Action.VISITS_RECORD),
    "visit": ("打印入户", "/print", Action.PRINT),
    "interpreter": ("打印入户", "/print", Action.PRINT),
    "letter": ("打印信", "/print", Action.PRINT),
    "call": ("打电话", "/calls", Action.VISITS_RECORD),
    "sms": ("写任务", "/campaigns", Action.CAMPAIGNS_EDIT),
    "look": ("去核对", "/unknown", Action.DELIVERIES_SETTLE),
    "family": ("查家人", "/people", Action.PEOPLE_VIEW),
    "number": ("改号码", "/people", Action.PEOPLE_VIEW),
    "guardian": ("补监护人", "/people", Action.PEOPLE_EDIT),
}
"""Next way → the button that leads to where it is done, for whoever may do it."""


def listed(asked: Asked, fact: str, n: int) -> str:
    """The date and quality of the list behind a number."""
    region = asked.scope.region or asked.home
    state = reaching.list_state(asked.connection, asked.policy.ref, fact, asked.on, region)
    return list_words(state, n)


def facts(asked: Asked, more: Figures, total: PlaceCount) -> tuple[Fact, ...]:
    """Numbers with their definitions; rates only from the village up."""
    return (
        _homes(asked, more.households),
        _coverage(asked, more.coverage),
        _conversion(asked, more.conversion),
        _cost(more.costs),
        _aware_cost(asked, more.costs, total),
    )


def _share(n: int, of: int) -> str:
    return f"（{percent(n / of)}）" if of else ""


def _homes(asked: Asked, homes: HouseholdCount) -> Fact:
    rate = _share(homes.reached, homes.eligible) if asked.rates else ""
    value = f"{thousands(homes.reached)} / {thousands(homes.eligible)} 户{rate}"
    relayed = f"家人转告 {thousands(homes.relayed)} 户另记。" if homes.relayed else ""
    return Fact("触达的户", value, define("household"), tuple(filter(None, (relayed,))))


def _coverage(asked: Asked, found: Coverage) -> Fact:
    after = found.rate_after
    if after is None:
        return Fact("覆盖率", "数不出来", define("coverage"), (list_words(found.state),))
    numbers = f"{thousands(found.after)} / {thousands(found.eligible)} 人领到"
    notes = [list_words(found.state, found.after)]
    before = found.rate_before
    value = numbers
    if asked.rates:
        first = percent(before) if before is not None else ""
        value = f"{first} → {percent(after)}" if first else percent(after)
        notes.insert(0, numbers)
    if found.since:
        notes.insert(0, f"第一次告知 {long_day(found.since)}")
        notes += [] if before is not None else [say("reaching.no_baseline")]
    return Fact("覆盖率", value, define("coverage"), tuple(notes))


def _conversion(asked: Asked, found: Conversion) -> Fact:
    if found.since is None or found.rate is None:
        why = say("reaching.no_contact") if found.since is None else list_words(found.state)
        return Fact("告知后申领", "数不出来", define("conversion"), (why,))
    people = f"{thousands(found.applied)} / {thousands(found.base)} 人"
    young = f"{thousands(found.young)} 人告知还不满 90 天" if found.young else ""
    notes = [people if asked.rates else "", f"其中告知过 {thousands(found.contacted)} 人", young]
    notes.append(list_words(found.state, found.applied))
    value = percent(found.rate) if asked.rates else people
    return Fact("告知后申领", value, define("conversion"), tuple(filter(None, notes)))


def _cost(spent: Costs) -> Fact:
    if spent.per_person is None:
        return Fact("每触达一人", "—", define("cost"), (say("reaching.cost.nobody"),))
    notes = (f"花了 {exact_yuan(round(spent.fen))}，因此第一次告知到 {thousands(spent.people)} 人",)
    return Fact("每触达一人", exact_yuan(round(spent.per_person)), define("cost"), notes)


def _aware_cost(asked: Asked, spent: Costs, total: PlaceCount) -> Fact:
    found = reaching.aware_cost(asked.connection, asked.policy.ref, spent, total.eligible)
    if found.why_not:
        return Fact(
            "每知晓一人", "不出数", define("cost_aware"), (say(found.why_not, **found.params),)
        )
    low, high = exact_yuan(round(found.low)), exact_yuan(round(found.high))
    caution = (say(found.caution),) if found.caution else ()
    return Fact("每知晓一人", f"{exact_yuan(round(found.fen))}（{low}–{high}）", define("cost_aware"), caution)  # fmt: skip


def unreached(asked: Asked, more: Figures) -> tuple[Unreached, ...]:
    """Why, how many, what next, and the button that leads there."""
    return tuple(
        Unreached(why_words(row.advice), row.n, next_words(row.advice), _go(asked, row.advice.next))
        for row in more.missed.together()
    )


def _go(asked: Asked, way: str) -> Link | None:
    if way not in _GO:
        return None
    label, href, action = _GO[way]
    return Link(label, href) if asked.actor.may(action) else None


def unreached_places(asked: Asked, more: Figures) -> tuple[UnreachedPlace, ...]:
    """The same by place, in the order of codes, with a list of each for whoever may see it."""
    named = places(asked.connection, [place.code for place in more.missed.places])
    lists = asked.actor.may(Action.PEOPLE_VIEW)
    return tuple(
        UnreachedPlace(
            named[place.code],
            place.n,
            tuple(_ways(place.code, more)),
            Link("名单", f"/results/untold.xlsx?policy={asked.policy.ref}&region={place.code}", "down") if lists and place.code else None,
        )
        for place in more.missed.places
    )  # fmt: skip


def _ways(code: str, more: Figures) -> Iterator[tuple[str, int]]:
    place = next(one for one in more.missed.places if one.code == code)
    counted: dict[str, int] = {}
    for row in place.rows:
        counted[row.advice.next] = counted.get(row.advice.next, 0) + row.n
    for way, n in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        yield say(f"next.{way}"), n


def set_aside(more: Figures) -> str:
    """Whom nobody has to look for."""
    parts = [
        f"{thousands(n)} 人{words}"
        for n, words in ((more.missed.done, "已经申请或领取"), (more.missed.stopped, "停止联系"))
        if n
    ]
    return f"另有 {'、'.join(parts)}，不在里面，不用再找。" if parts else ""


def tables(more: Figures) -> tuple[SmallTable, ...]:
    """By channel and by language."""
    by_channel = tuple(
        CountRow(CHANNEL.get(one.channel, one.channel or "没有记渠道"), (one.in_person, one.delivered, one.relayed))
        for one in more.channels
        if one.in_person or one.delivered or one.relayed
    )  # fmt: skip
    by_language = tuple(
        CountRow(
            languages.name(one.language) if one.language else "按所在地", (one.eligible, one.told)
        )
        for one in more.languages
    )
    return (
        SmallTable("按渠道", ("渠道", "当面", "送达", "家人转告"), by_channel, define("channel")),
        SmallTable("按语言", ("语言", "应知", "已告知"), by_language, define("language")),
    )


def outcomes(asked: Asked) -> tuple[Outcome, ...]:
    """What the policy's own office counted here."""
    region = asked.scope.region or asked.home
    return tuple(
        Outcome(
            one.measure,
            tuple(
                (long_day(point.on), f"{percent(point.rate)}（{thousands(point.n)} / {thousands(point.of)}）", point.source)
                for point in reversed(one.points)
            ),
        )
        for one in reaching.outcome_rates(asked.connection, asked.policy, region)
    )  # fmt: skip
