"""Words for states, channels and moves, and the names of people who work here and of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from outreach.access import audit
from outreach.access.queries import users
from outreach.people.queries import regions

STATUS: Mapping[str, tuple[str, str]] = {
    "draft": ("草稿", "no"),
    "submitted": ("等签发", "ask"),
    "approved": ("已签发", "yes"),
    "scheduled": ("排好了", "run"),
    "running": ("发送中", "run"),
    "paused": ("已暂停", "ask"),
    "finished": ("已发完", "yes"),
    "cancelled": ("已取消", "no"),
}
"""Status of a campaign → its word and the shape of its tag."""

CHANNEL: Mapping[str, str] = {
    "sms": "短信",
    "group": "群消息",
    "flyer": "一户一单",
    "broadcast": "大喇叭",
    "visit": "入户",
    "call": "电话",
}

UNIT: Mapping[str, str] = {
    "sms": "人",
    "call": "人",
    "flyer": "户",
    "visit": "户",
    "group": "个群",
    "broadcast": "个村（社区）",
}
"""Channel → what it is counted in."""

MOVE: Mapping[str, str] = {
    "create": "写好草稿",
    "change": "改了草稿",
    "submit": "送审，封存名单和内容",
    "sign": "签了一级",
    "approve": "签发",
    "countersign": "补签",
    "return": "退回修改",
    "release": "放行，开始发送",
    "pause": "暂停",
    "resume": "继续发送",
    "finish": "全部发完",
    "cancel": "取消",
    "resend": "提出给没收到的人再发一次",
    "confirm": "确认再发一次",
    "withdraw_resend": "收回再发的提议",
}


def people_at_work(connection: Connection) -> dict[str, str]:
    """User name → name on pages; the program itself is 系统."""
    named = {user.name: user.display or user.name for user in users(connection)}
    return {**named, audit.SYSTEM: "系统"}


def places(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Code → name with the region above it, down to the village: 城关镇前进社区; an unknown code says itself."""
    return regions.full_names(connection, codes)
