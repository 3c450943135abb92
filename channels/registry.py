"""Which channels exist: an explicit table, and entry points in the group `outreach.channels`.

A name leads to a factory that takes the adapter's own settings and gives a Channel. Modules are
loaded when asked for, so that a command that sends nothing does not pay for the Twilio SDK.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import TYPE_CHECKING, Any

from channels.base import Channel
from channels.errors import Rejected

if TYPE_CHECKING:
    from channels.robots.robot import Robot

GROUP = "outreach.channels"
Factory = Callable[..., Channel]

ROBOTS: dict[str, str] = {
    "wecom": "channels.robots.wecom:WeComRobot",
    "dingtalk": "channels.robots.dingtalk:DingTalkRobot",
    "feishu": "channels.robots.feishu:FeishuRobot",
}
"""Robots of group chats: each is one file in channels/robots and one line here."""

CHANNELS: dict[str, str] = {
    "twilio": "channels.twilio:TwilioChannel",
    **ROBOTS,
    "manual": "channels.manual:ManualChannel",
    "gateway": "channels.gateway:GatewayChannel",
    "fake": "channels.fake:FakeChannel",
}


def names(installed: EntryPoints | None = None) -> list[str]:
    """Every adapter that can be asked for, sorted."""
    return sorted({*CHANNELS, *_installed(installed).names})


def factory(name: str, installed: EntryPoints | None = None) -> Factory:
    """The factory behind a name. Rejected: nobody has it, two have it, or it cannot be loaded."""
    others = _installed(installed).select(name=name)
    claims = [CHANNELS[name]] if name in CHANNELS else []
    claims += [other.value for other in others]
    if not claims:
        known = ", ".join(names(installed))
        raise Rejected("channels.unknown_channel", name=name, known=known)
    if len(claims) > 1:
        raise Rejected("channels.ambiguous_channel", name=name, claims=", ".join(claims))
    made: Factory = _load(name, claims[0])
    return made


def robot(name: str) -> type[Robot]:
    """The robots of one provider in ROBOTS."""
    made: type[Robot] = _load(name, ROBOTS[name])
    return made


def _installed(given: EntryPoints | None) -> EntryPoints:
    return entry_points(group=GROUP) if given is None else given.select(group=GROUP)


def _load(name: str, value: str) -> Any:
    try:
        return EntryPoint(name=name, value=value, group=GROUP).load()
    except (ImportError, AttributeError) as error:
        raise Rejected("channels.broken_channel", name=name, value=value) from error
