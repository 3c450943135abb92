"""Forms about a policy: what a region fills in, what a review found, and that it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from outreach.access.schemas import Actor
from outreach.errors import OutreachError
from outreach.people.queries import regions
from outreach.policies import names, reviews, service, versions
from outreach.policies.schemas import LocalFacts, PolicyView
from outreach.web.presenters.names import places
from outreach.web.presenters.policy_past import local_facts
from outreach.web.views.common import Choice, Link
from outreach.web.views.policies import FormView, Input
from outreach.wording import say
from segments import vocabulary

AMOUNT = ("amount_text", "amount_value", "amount_unit")
WINDOW = ("window_text", "window_from", "window_to", "window_first", "window_last")
PLAIN = ("where", "phone", "office", "notes")
SHOWN = ("amount", "window", *PLAIN)
"""Facts of a region that the form changes; others stay as they are."""

Given = Mapping[str, Any]
"""What a browser sent: field → text, or a list for ticks."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a form: the field ('' = the whole form) and the words."""

    field: str
    words: str


_OK = Wrong("", "")


def wrong(error: OutreachError) -> Wrong:
    """An error of the policies as the field of the form that it is about."""
    if name := error.params.get("parameter"):
        return Wrong(f"p_{name}", say(error.code, **error.params))
    place = str(error.params.get("path") or error.params.get("key") or "")  # fmt: skip
    return Wrong(_field(place), say(error.code, **error.params))


def _field(place: str) -> str:
    """`window.from`, `p.yaml: parameters.start`, `start` → the name of the input."""
    name = place.rpartition(" ")[2].removeprefix("parameters.").partition("[")[0]
    known = {
        "window": "window_text", "window.text": "window_text", "window.from": "window_from", "window.to": "window_to",
        "window.yearly": "window_first", "amount": "amount_text", "amount.value": "amount_value",
        "amount.text": "amount_text", "amount.unit": "amount_unit",
    }  # fmt: skip
    if name in known:
        return known[name]
    return name if name in PLAIN else f"p_{name}"


# -- what a region fills in -----------------------------------------------------------------------------


def read_local(
    policy: PolicyView, region: str, given: Given
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(parameters, facts) that the form says; an empty field says nothing, so that the region above counts.

    What the form does not show is kept. A figure that is none stays text, and the check of the policies says so.
    """
    before = next((one for one in policy.locals if one.region == region), None)
    facts = {} if before is None else {k: v for k, v in before.facts.items() if k not in SHOWN}
    amount = _amount(dict(before.facts.get("amount") or {}) if before else {}, given)
    window = _window(given)
    facts |= {"amount": amount} if amount else {}
    facts |= {"window": window} if window else {}
    facts |= {key: text for key in PLAIN if (text := _text(given, key))}
    return _parameters(policy, given), facts


def _text(given: Given, name: str) -> str:
    value = given.get(name) or ""
    return str(value[-1] if isinstance(value, list) else value).strip()


def _amount(before: dict[str, Any], given: Given) -> dict[str, Any]:
    if not any(_text(given, name) for name in AMOUNT):
        return {}
    found: dict[str, Any] = {**before, "status": "local", "text": _text(given, "amount_text")}
    for key, name in (("value", "amount_value"), ("unit", "amount_unit")):
        found.pop(key, None)
        if text := _text(given, name):
            found[key] = reviews.figure(text) if key == "value" else text
    return found


def _window(given: Given) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("text", "from", "to"):
        if text := _text(given, f"window_{key}"):
            found[key] = text
    days = [_text(given, name) for name in ("window_first", "window_last")]
    if any(days):
        found["yearly"] = days
    return found


def _parameters(policy: PolicyView, given: Given) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, declared in (policy.facts.get("parameters") or {}).items():
        kind = declared.get("type") if isinstance(declared, Mapping) else ""
        field = f"p_{name}"
        if kind == "circumstances":
            ticked = [str(one) for one in given.get(field) or ()]
            if ticked or _text(given, f"{field}_none"):
                found[name] = ticked
        elif text := _text(given, field):
            found[name] = reviews.figure(text) if kind == "number" else text
    return found


def local_form(
    connection: Connection,
    actor: Actor,
    policy: PolicyView,
    region: str,
    home: str,
    given: Given | None = None,
    problem: Wrong = _OK,
) -> FormView:
    """The form of one region, with what it has filled in or what was just sent."""
    before = next((one for one in policy.locals if one.region == region), None)
    values = _values(policy, before) if given is None else given
    known = places(connection, [region])
    groups = (
        ("领多少", tuple(_field_of(one, values, problem) for one in _amount_fields(policy, region))),
        ("什么时候办", tuple(_field_of(one, values, problem) for one in _WINDOW_FIELDS)),
        ("到哪里办、问谁", tuple(_field_of(one, values, problem) for one in _plain_fields(policy, region))),
        ("条件里由本地定的", _parameter_inputs(policy, values, problem)),
    )  # fmt: skip
    place = known[region] if region else "全国"
    shown = {one.name for _, inputs in groups for one in inputs}
    return FormView(
        title=f"{place}：填“{policy.plain_name}”的本地内容",
        lede="空着的格子表示按上级（或文件）的说法。金额、条件改了以后，部门要重新确认。",
        back=Link(policy.plain_name, f"/policies/{policy.ref}"),
        action=f"/policies/{policy.ref}/local?region={region}",
        button="写入",
        groups=tuple(one for one in groups if one[1]),
        problem=problem.words if problem.words and problem.field not in shown else "",
        regions=_regions(connection, actor, policy, home),
        region=region,
        ask=f"/policies/{policy.ref}/local",
        kept=_kept(policy, before),
    )


def _kept(policy: PolicyView, before: LocalFacts | None) -> tuple[str, ...]:
    if before is None:
        return ()
    rest = LocalFacts(before.region, {}, {k: v for k, v in before.facts.items() if k not in SHOWN})
    return tuple(f"{name}：{words}" for name, words in local_facts(policy, rest))


def _values(policy: PolicyView, before: LocalFacts | None) -> dict[str, Any]:
    if before is None:
        return {}
    facts = before.facts
    amount, window = facts.get("amount") or {}, facts.get("window") or {}
    window = {"text": window} if isinstance(window, str) else window
    first, last = window.get("yearly") or ("", "")
    found: dict[str, Any] = {
        "amount_text": amount.get("text", ""), "amount_value": amount.get("value", ""),
        "amount_unit": amount.get("unit", ""), "window_text": window.get("text", ""),
        "window_from": window.get("from", ""), "window_to": window.get("to", ""), "window_first": first,
        "window_last": last, **{key: names.plainly(facts.get(key)) for key in PLAIN},
    }  # fmt: skip
    for name, value in before.parameters.items():
        found[f"p_{name}"] = value
        if value == []:
            found[f"p_{name}_none"] = "yes"
    return found


@dataclass(frozen=True)
class _Field:
    name: str
    label: str
    hint: str = ""
    kind: str = "text"


def _amount_fields(policy: PolicyView, region: str) -> tuple[_Field, ...]:
    now = names.said("amount", policy.facts_at(region[:-1] if region else "").get("amount"))
    return (
        _Field(
            "amount_text", "写在告知单上的话", f"不填就是：{now}" if now else "例如：每人每月80元"
        ),
        _Field("amount_value", "数额", "只写数字，例如 80"),
        _Field("amount_unit", "单位", "例如：元/月"),
    )


_WINDOW_FIELDS = (
    _Field("window_text", "一句话", "例如：每年11月到12月底，到村里办"),
    _Field("window_from", "从哪天开始（只办这一次）", kind="date"),
    _Field("window_to", "到哪天为止（只办这一次）", kind="date"),
    _Field("window_first", "每年从几月几日", "写成 11-01。每年都办的填这两格，不填上面的日期。"),
    _Field("window_last", "每年到几月几日", "写成 12-31；比开始早就算到第二年"),
)


def _plain_fields(policy: PolicyView, region: str) -> tuple[_Field, ...]:
    above = policy.facts_at(region[:-1] if region else "")
    where, phone = names.plainly(above.get("where")), names.plainly(above.get("phone"))
    return (
        _Field("where", "到哪里办", f"不填就是：{where}" if where else ""),
        _Field("phone", "电话", f"不填就是：{phone}" if phone else ""),
        _Field("office", "主管部门", f"不填就是：{above.get('office')}"),
        _Field("notes", "备注", "给工作人员看，不印在告知单上", "area"),
    )


def _shown(values: Given, name: str) -> str:
    """What stands in an input: a 0 too."""
    value = values.get(name)
    return "" if value is None else str(value[-1] if isinstance(value, list) and value else value)


def _field_of(one: _Field, values: Given, problem: Wrong) -> Input:
    words = problem.words if problem.field == one.name else ""
    return Input(one.name, one.label, _shown(values, one.name), one.hint, one.kind, problem=words)  # fmt: skip


def _parameter_inputs(policy: PolicyView, values: Given, problem: Wrong) -> tuple[Input, ...]:
    words = versions.parameters(policy)
    found = []
    for name, declared in (policy.facts.get("parameters") or {}).items():
        given = declared if isinstance(declared, Mapping) else {}
        field, note = f"p_{name}", str(given.get("note") or "")
        said = problem.words if problem.field == field else ""
        kind = str(given.get("type") or "text")
        if kind == "circumstances":
            found.append(_ticks(field, words[name], note, values, said))
        else:
            shown = _shown(values, field)
            found.append(Input(field, words[name], shown, note, "date" if kind == "date" else "text", problem=said))  # fmt: skip
    return tuple(found)


def _ticks(field: str, label: str, note: str, values: Given, problem: str) -> Input:
    ticked = {str(one) for one in values.get(field) or ()}
    if values.get(f"{field}_none"):
        ticked.add("")
    choices = (
        Choice("", "本地没有扩大"),
        *(Choice(one.code, one.zh) for one in vocabulary.CIRCUMSTANCES),
    )
    return Input(field, label, "", note, "ticks", choices, frozenset(ticked), problem)


def _regions(
    connection: Connection, actor: Actor, policy: PolicyView, home: str
) -> tuple[Choice, ...]:
    """Home, what lies directly below it, and wherever something is filled in already, inside the user's scope."""
    codes = {home, *(one.region for one in policy.locals), actor.region}
    codes |= {row.code for row in regions.children(connection, home)} if home else set()
    inside = sorted(code for code in codes if actor.scope.covers(code) and (code or not home))
    named = places(connection, inside)
    return tuple(Choice(code, named[code] if code else "全国") for code in inside)


# -- reviews and the end ----------------------------------------------------------------------------------


def review_form(policy: PolicyView, on: date, given: Given | None = None, problem: str = "") -> FormView:  # fmt: skip
    """What a review found."""
    values = given or {}
    due = reviews.due_on(policy)
    fields = (
        Input("note", "发现了什么", _text(values, "note"), "要修改或停办的必须写", "area"),
        Input("figures", "数字", _text(values, "figures"), "一行一个，例如：领取人数=1200", "area"),
        Input("next_due", "下次复核", _text(values, "next_due"), f"不填就是一年以后（{reviews.a_year_after(on)}）", "date"),
    )  # fmt: skip
    return FormView(
        title=f"复核“{policy.plain_name}”",
        lede=f"看的是第 {policy.number} 版。"
        + (f"应当在 {due} 前复核。" if due else "还没有人核验过这一版。"),
        back=Link(policy.plain_name, f"/policies/{policy.ref}"),
        action=f"/policies/{policy.ref}/review",
        button="登记复核",
        groups=(("", fields),),
        problem=problem,
        options=(
            Choice("keep", "继续执行"),
            Choice("change", "需要修改：改好、核验新版本以前不再发新的宣传任务"),
            Choice("withdraw", "建议停办：停办要另外登记"),
        ),
        option=_text(values, "outcome") or "keep",
    )


def withdraw_form(
    connection: Connection, policy: PolicyView, on: date, given: Given | None = None, problem: str = ""
) -> FormView:  # fmt: skip
    """That a policy ends: the day, the successor, and what the 停办告知 says."""
    values = given or {}
    others = [
        one
        for one in service.all_policies(connection)
        if one.ref != policy.ref and one.status != "withdrawn"
    ]
    day = _text(values, "on") or str(policy.withdrawn_on or on)
    fields = (
        Input("on", "从哪天起不再办理", day, "这一天以前照常办理、照常告知", "date"),
        Input("successor", "接替的政策", _text(values, "successor") or policy.successor, "没有就不选", "select",
              (Choice("", "没有"), *(Choice(one.ref, one.plain_name) for one in others))),
        Input("note", "停办告知怎么说", _text(values, "note") or policy.exit_note,
              "发给以前告知过的人，例如：某某补贴从某月某日起停办，已经领到的不退", "area"),
    )  # fmt: skip
    return FormView(
        title=f"停办“{policy.plain_name}”",
        lede="停办以后，没发的不再发，也不能再送审。以前告知过的人和贴在外面的单子，会列出来。",
        back=Link(policy.plain_name, f"/policies/{policy.ref}"),
        action=f"/policies/{policy.ref}/withdraw",
        button="下一步",
        groups=(("", fields),),
        problem=problem,
    )
