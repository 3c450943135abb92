"""走文件发送: batches, what is due, and what a result file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from outreach import clock
from outreach.access.roles import Action
from outreach.access.schemas import Actor
from outreach.deliveries.gateway import batches, handover
from outreach.deliveries.gateway.handover import Handed
from outreach.deliveries.gateway.settling import Settled
from outreach.web.formats import when
from outreach.web.guard import UPLOAD
from outreach.web.services import Services
from outreach.web.views.carriers import BatchLine, FilesView, Settling
from outreach.wording import say

_SAID = {
    "accepted": "平台已收",
    "delivered": "手机已收到",
    "undelivered": "没有送达",
    "refused": "平台没有收",
}
_MOST_LISTED = 50


@dataclass(frozen=True)
class Shown:
    """A result file on the page: looked at (action: where to settle it) or settled ('')."""

    name: str
    done: Settled
    action: str = ""


def view(
    services: Services,
    actor: Actor,
    connection: Connection,
    campaign: Mapping[str, Any],
    problem: str = "",
    shown: Shown | None = None,
) -> FilesView:
    """The page."""
    href = f"/campaigns/{campaign['ref']}"
    may = actor.may(Action.CAMPAIGNS_RUN) and actor.scope.covers(campaign["region"])
    running = campaign["status"] == "running"
    return FilesView(
        title=campaign["title"],
        href=href,
        batches=tuple(
            BatchLine(
                one.number, one.rows, one.unknown,
                f"{href}/files/{one.number}/again" if may and one.unknown == one.rows else "",
            )
            for one in batches.summary(connection, campaign["id"])
        ),
        may_hand_over=may and running,
        hint=_hint(services, connection, campaign) if running else "任务在发送中才能交接。",
        problem=problem,
        settling=None if shown is None else _settling(shown),
        most_megabytes=UPLOAD // 1024 // 1024,
    )  # fmt: skip


def _hint(services: Services, connection: Connection, campaign: Mapping[str, Any]) -> str:
    if not handover.accounts(connection):
        return "没有走文件的短信账号。"
    due = handover.next_due(connection, campaign["id"])
    if due is None or due <= clock.now():
        return "到点的都写进文件，写进去就算交接了。"
    zone = services.settings.zone
    return f"还有的 {when(due, zone=zone, today=clock.today(zone))} 以后可以交接。"


def nothing(services: Services, connection: Connection, handed: Handed) -> str:
    """Why there was nothing to hand over."""
    if handed.free_at is not None:
        zone = services.settings.zone
        moment = when(handed.free_at, zone=zone, today=clock.today(zone))
        return say("gateway.still_busy", at=moment)
    skipped = "、".join(f"{say(f'reason.{code}')} {n}" for code, n in handed.skipped.most_common())
    return say("gateway.nothing_due", skipped=f"（不发：{skipped}）" if skipped else "")


def _settling(shown: Shown) -> Settling:
    done = shown.done
    listed = [_said(one) for one in done.listed[:_MOST_LISTED]]
    if len(done.listed) > _MOST_LISTED:
        listed.append(f"另有 {len(done.listed) - _MOST_LISTED} 行。")
    return Settling(
        name=shown.name,
        rows=done.rows,
        counts=tuple((_SAID[state], n) for state, n in done.raised.items()),
        repeated=done.repeated,
        waiting=done.waiting,
        absent=done.absent,
        unknown=done.unknown,
        listed=listed,
        action=shown.action,
    )


def _said(error: Any) -> str:
    return say(error.code, **error.params)
