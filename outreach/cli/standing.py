"""Where a campaign stands, for `campaign status` and after every move."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from outreach import clock
from outreach.cli.output import words

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATES = {
    "waiting": "待发", "accepted": "等回执", "delivered": "已送达", "undelivered": "没送到", "refused": "被拒收",
    "skipped": "未发", "unknown": "结果不明",
}  # fmt: skip
"""Delivery state → the word on a terminal, in the order in which they are listed."""


def standing(connection: Connection, ref: str) -> dict[str, Any]:
    """Everything that is counted of one campaign. `stopped_by`: the fault that paused it by itself, or None."""
    from outreach.campaigns import preflight, service
    from outreach.campaigns.signing import approving
    from outreach.deliveries import queries

    campaign = service.get(connection, ref)
    key = campaign["id"]
    parts, fen, resent = queries.spent(connection, key)
    return {
        "campaign": campaign["ref"],
        "title": campaign["title"],
        "status": campaign["status"],
        "released": campaign["released"],
        "urgent": campaign["options"].get("urgent"),
        "chain": [one.as_dict() for one in approving.standing(connection, campaign)],
        "passed": [one.as_dict() for one in preflight.passed(connection, campaign)],
        "deliveries": queries.state_counts(connection, key),
        "channels": queries.by_channel(connection, key),
        "parts": parts,
        "cost": fen / 100,
        "resent": resent,
        "reasons": queries.reasons(connection, key),
        "refused_channels": queries.refused(connection, key),
        "held_up": [
            {**_why_held(code), "count": count} for code, count in queries.held_up(connection, key)
        ],
        "waiting_for_a_person": len(queries.waiting_for_a_person(connection, key)),
        "stopped_by": _fault(connection, campaign["ref"], key)
        if campaign["status"] == "paused"
        else None,
    }


def _fault(connection: Connection, ref: str, key: int) -> dict[str, str] | None:
    """Why it was paused: the newest pause in the log, when that was the program's and names a code."""
    from outreach.access.queries import audit_lines

    names = {f"campaign:{ref}", f"campaign:{key}"}
    for line in audit_lines(connection, limit=500):
        if line.thing in names and line.detail.get("move") == "pause":
            code = str(line.detail.get("code", ""))
            return words(*_known(code, str(line.detail.get("said", "")))) if code else None
    return None


def _why_held(code: str) -> dict[str, str]:
    """The words for what keeps messages back: nobody there, too busy, our own fault."""
    from outreach.wording import catalogue

    known = f"channels.{code}"
    return (
        words(known, {})
        if known in catalogue()
        else words("cli.carrier_fault", {"fault": code, "said": ""})
    )


def _known(code: str, said: str) -> tuple[str, dict[str, object]]:
    """The catalogue's code for what paused a campaign: ours, or a carrier's number in a sentence of ours."""
    from outreach.wording import catalogue

    if code in catalogue():
        return code, {"reason": said, "said": said}
    return "cli.carrier_fault", {"fault": code, "said": said}


def standing_lines(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    counts = found["deliveries"]
    lines = [f"{found['campaign']} {found['title']} · {found['status']}"]
    lines += [f"  紧急：{found['urgent']}"] if found["urgent"] else []
    lines += [f"  {_place(one)}" for one in found["chain"]]
    lines += [f"  {one['by']} 放行：{one['said']}（{one['reason']}）" for one in found["passed"]]
    parts = [f"{word} {counts[state]}" for state, word in STATES.items() if counts[state]]
    lines.append(f"  共 {counts['planned']}" + (f"：{'，'.join(parts)}" if parts else ""))
    for channel, one in found["channels"].items():
        lines.append(f"  {channel}：计划 {one['planned']}，已交出 {one['handed_over']}")
    for one in found["reasons"]:
        why = one["reason"] or one["error"] or ""
        lines.append(f"  {STATES[one['state']]}：{_reason(why)} {one['count']}")
    lines += [f"    {_refused(one)}" for one in found["refused_channels"]]
    lines.append(
        f"  计费 {found['parts']} 条，{found['cost']:.2f} 元，不明后重发 {found['resent']} 条"
    )
    lines += [
        f"  {one['count']} 条还没交出去，会接着试：{one['message']}" for one in found["held_up"]
    ]
    if found["waiting_for_a_person"]:
        lines.append(f"  {found['waiting_for_a_person']} 条要人来确认")
    if found["stopped_by"]:
        lines.append(
            f"  已自动暂停：{found['stopped_by']['message']} / {found['stopped_by']['message_en']}"
        )
    return lines


def _place(one: dict[str, Any]) -> str:
    """A level of the chain: who signed when, or that it is missing."""
    if not one["by"]:
        until = f"，最迟 {_moment(one['due'])}" if one["due"] else ""
        return f"{one['name']}：还没签{until}"
    paper = f"，纸上签的，{one['recorded_by']} 登记" if one["paper"] else ""
    return f"{one['name']}：{one['by']} {_moment(one['at'])}{paper}"


def _moment(iso: str) -> str:
    """A moment as the clock on the wall of the office says it."""
    return f"{clock.here(datetime.fromisoformat(iso)):%Y-%m-%d %H:%M}"


_LEFT = {
    "with_carrier": "已交给运营商（收不回）", "in_flight": "正在交", "unknown": "结果不明", "not_sent": "没有发",
    "refused": "运营商没收", "skipped": "按原因不发",
}  # fmt: skip
"""Where a delivery of a stopped campaign is → the words on a terminal."""


def remainder_lines(left: dict[str, Any]) -> list[str]:
    """What is left of a campaign that was stopped, as a whole and by step."""
    lines = [f"  停在这里：{_left(left)}"]
    for one in left["steps"]:
        said = _left(one) if one["fired"] else "还没到时候，一件没有发"
        lines.append(f"    第 {one['step']} 步 {one['channel']}：{said}")
    return lines


def _left(counts: dict[str, Any]) -> str:
    parts = [f"{word} {counts[key]}" for key, word in _LEFT.items() if counts[key]]
    return f"计划 {counts['planned']}" + (f"，其中{'，'.join(parts)}" if parts else "")


def _refused(one: dict[str, Any]) -> str:
    """Which channel and class are refused, and what happens instead."""
    from outreach.wording import say

    channel, kind = say(f"refusals.channel.{one['channel']}"), say(f"refusals.class.{one['class']}")
    return say("refusals.counted", channel=channel, kind=kind, count=one["count"])


def _reason(code: str) -> str:
    from outreach.wording import catalogue

    return catalogue().get(f"reason.{code}", {}).get("zh", code)
