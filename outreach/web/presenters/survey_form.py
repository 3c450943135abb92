"""建一次调查: the form with its choices in words, the reckoner, and the questions as they will be asked."""

from __future__ import annotations

from outreach import clock
from outreach.errors import Invalid, OutreachError
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.surveys import service
from outreach.surveys.design_order import BASES, DesignOrder
from outreach.surveys.drawing import service as drawing
from outreach.surveys.drawing.service import Place
from outreach.surveys.instrument import KINDS, Instrument, parse_instrument, standard_instrument
from outreach.surveys.kinds import SAMPLED
from outreach.surveys.panels import service as panels
from outreach.surveys.sizing import Reckoned, Wanted, reckon
from outreach.web.formats import percent, thousands
from outreach.web.presenters import survey_words as words
from outreach.web.presenters.survey_document import Given, said, share, whole
from outreach.web.presenters.surveys import Desk
from outreach.web.views.common import Choice
from outreach.web.views.surveys import SizeShown, SurveyForm

_ABOUT = {
    "awareness": "问知不知道一项政策，从哪里知道的，领没领",
    "needs": "问家里缺什么、盼什么，定政策之前做",
    "satisfaction": "问满意不满意，日子有没有变好",
    "experience": "请自愿的人把办事走一遍，记下每一步",
    "quiz": "谁愿意谁来答，答对有奖；不算知晓率",
}
_STRATA = ("", "town", "town,band", "town,sex", "band", "sex", "village")
_ALLOCATIONS = {"proportional": "按人数分配（全县最准）", "equal": "各层一样多（便于各乡镇相比）"}
_WITHINS = {
    "people": "名单里逐人抽",
    "next_birthday": "先抽户，每户问生日最近的一人",
    "random": "先抽户，每户随机问一人",
}
_ASKS = {
    "margin": "误差要多小",
    "difference": "要看出多大的变化",
    "people": "这么多人能看出什么",
}


def form(desk: Desk, given: Given, problem: str = "", *, size: bool = False) -> SurveyForm:
    """The set-up as it was filled in; with `size` the reckoner answers, and fills in how many to draw."""
    kind = given.get("kind", "awareness")
    kind = kind if kind in KINDS else "awareness"
    filled = {**_first(desk, kind), **given}
    policy = _policy(desk, filled)
    people = _people(desk, filled, policy) if kind in SAMPLED else None
    shown: SizeShown | None = None
    if size and not problem:
        try:
            shown = _sized(filled, people)
            filled["size"] = str(shown.draw)
        except Invalid as error:
            problem = said(error)
    instrument = _instrument(desk, filled, kind, policy)
    return SurveyForm(
        given=filled,
        title=words.KINDS[kind],
        marking=instrument.marking(clock.business_day()) if instrument else "",
        questions=words.questions(instrument) if instrument else (),
        hash=instrument.hash if instrument else "",
        people=people,
        size=shown,
        problem=problem,
        sampled=kind in SAMPLED,
        panel=bool(filled.get("panel")),
        **_choices(desk, kind),
    )


def _first(desk: Desk, kind: str) -> dict[str, str]:
    """What a new form says."""
    return {
        "kind": kind, "base": "adults" if kind == "needs" else "likely", "mode": "入户", "wave": "1", "ask": "margin",
        "margin": "5", "expected": "50", "response": "80", "correlation": "5", "reserve": "20", "weigh": "1",
        "id": _free_ref(desk, kind),
    }  # fmt: skip


def _free_ref(desk: Desk, kind: str) -> str:
    """awareness-2026-11, or the next that is free."""
    taken = {one["ref"] for one in service.list_surveys(desk.connection)}
    name = f"{kind}-{clock.business_day():%Y-%m}"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _policy(desk: Desk, given: Given) -> PolicyView | None:
    ref = given.get("policy", "")
    known = {one.ref: one for one in policies.all_policies(desk.connection)} if ref else {}
    return known.get(ref)


def _people(desk: Desk, given: Given, policy: PolicyView | None) -> int | None:
    base = given.get("base", "")
    if base not in BASES or (policy is None and base != "adults"):
        return None
    region = given.get("region", "") or desk.actor.region
    desk.actor.scope.require(region or desk.home)
    place = Place(region, policy, clock.business_day(), desk.home)
    return drawing.countable(desk.connection, DesignOrder(base=base), place)


def _sized(given: Given, people: int | None) -> SizeShown:
    ask = given.get("ask", "margin")
    found = reckon(
        Wanted(
            margin=share(given, "margin") if ask == "margin" else None,
            before=share(given, "before") if ask == "difference" else None,
            after=share(given, "after") if ask == "difference" else None,
            people=(whole(given, "people") or 0) if ask == "people" else None,
            expected=share(given, "expected") or 0.5,
            population=people or None,
            response=share(given, "response") or 1.0,
            per_village=whole(given, "per_village"),
            correlation=share(given, "correlation") or 0.05,
        )
    )
    return SizeShown(_sentence(found, given), tuple(_size_lines(found, given)), found.draw)


def _sentence(found: Reckoned, given: Given) -> str:
    each = "每次调查" if given.get("ask") == "difference" else ""
    villages = f"，分在 {found.villages} 个村（社区）" if found.villages else ""
    return (
        f"{each}抽 {thousands(found.draw)} 人{villages}，预计问到 {thousands(found.interviews)} 人"
    )


def _size_lines(found: Reckoned, given: Given) -> list[str]:
    expected = share(given, "expected") or 0.5
    lines = [f"如果比例在 {percent(expected, 0)}左右，误差约 ±{found.margin * 100:.1f} 个百分点"]
    if found.detects is None:
        lines.append("和下一次同样多人的调查比，看不出任何升高：人数太少")
    else:
        points = f"{found.detects * 100:.1f} 个百分点"
        lines.append(f"和下一次同样多人的调查比，升高 {points}以上才有八成把握看出来")
    if found.villages:
        alone = thousands(found.interviews / found.deff)
        lines.append(
            f"同村的人相像，问到的人只顶得上逐人抽的 {alone} 人（设计效应 {found.deff:.2f}）"
        )
    if found.out_of_reach:
        lines.append("名单里总共没有这么多人：全部都问，误差也只能到这里")
    lines.append("要比较各乡镇，每个乡镇至少要问到 100 人；不足 30 人的不出数")
    return lines


def _instrument(
    desk: Desk, given: Given, kind: str, policy: PolicyView | None
) -> Instrument | None:
    """The questions that would be locked; None before the policy that they name is chosen."""
    if given.get("follows"):
        try:
            return service.locked_instrument(desk.find(given["follows"]))
        except OutreachError:
            return None
    if policy is None and kind != "needs":
        return None
    place = given.get("region", "") or desk.home
    name = str(policy.facts_at(place)["plain_name"]) if policy else ""
    found = standard_instrument(kind, name)
    permit = {one: given.get(f"permit_{one}", "") for one in ("table", "approval", "valid_until")}
    try:
        return (
            parse_instrument({**found.as_data(), "permit": permit})
            if all(permit.values())
            else found
        )
    except Invalid:
        return found


def _choices(desk: Desk, kind: str) -> dict[str, tuple[Choice, ...]]:
    none = () if kind in ("awareness", "quiz") else (Choice("", "不是某一项政策"),)
    named = tuple(Choice(ref, name) for ref, name in desk.names().items())
    earlier = [
        one
        for one in service.list_surveys(desk.connection)
        if one["kind"] == kind and one["drawn_at"] is not None
    ]
    groups = panels.panels(desk.connection, desk.actor.scope, clock.business_day())
    return {
        "kinds": tuple(Choice(one, f"{words.KINDS[one]}：{_ABOUT[one]}") for one in KINDS),
        "policies": (*none, *named),
        "regions": _regions(desk),
        "bases": tuple(Choice(*one) for one in words.BASES.items()),
        "strata": tuple(Choice(one, _strata_words(one)) for one in _STRATA),
        "allocations": tuple(Choice(*one) for one in _ALLOCATIONS.items()),
        "withins": tuple(Choice(*one) for one in _WITHINS.items()),
        "asks": tuple(Choice(*one) for one in _ASKS.items()),
        "modes": tuple(Choice(one, one) for one in ("入户", "电话", "入户和电话")),
        "earlier": (
            Choice("", "第一次做"),
            *(Choice(one["ref"], f"{one['title']}（第{one['wave']}次）") for one in earlier),
        ),
        "groups": tuple(Choice(name, f"{name}（{people} 人）") for name, people in groups),
    }


def _strata_words(traits: str) -> str:
    if not traits:
        return "不分层"
    return "按" + "和".join(words.TRAITS[one] for one in traits.split(","))


def _regions(desk: Desk) -> tuple[Choice, ...]:
    region = desk.actor.region or desk.home
    below = regions.children(desk.connection, region, clock.business_day()) if region else []
    whole = Choice(desk.actor.region, "我负责的全部地方")
    return (whole, *(Choice(one.code, one.name) for one in below))
