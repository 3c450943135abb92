"""Where notices hang and which must come down: expired, replaced by a newer one, or of a policy that has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.access.scope import Scope
from outreach.errors import Conflict, Invalid, Missing
from outreach.people.queries import regions
from outreach.policies import service as policies
from outreach.policies.schemas import PolicyView
from outreach.reach.boards import queries
from outreach.reach.boards.schemas import REASONS, Board, Notice, Posting

WHY = {"expired": "过期", "replaced": "有新版", "withdrawn": "停办", "damaged": "破损"}
"""Why a notice comes down, in words."""


def add(
    connection: Connection, scope: Scope, region: str, name: str, *, note: str = "", by: str
) -> int:
    """A board of a village or grid; one that was gone stands again. Conflict boards.known when it stands already."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("boards.no_name")
    scope.require(region)
    if not region or region not in regions.by_codes(connection, [region]):
        raise Missing("boards.no_region", region=region)
    there = queries.named(connection, region, name)
    if there is not None and there.gone_at is not None:
        queries.change_board(connection, there.id, {"gone_at": None, "note": note or there.note})
        key = int(there.id)
    else:
        values = {"region": region, "name": name, "note": note, "by": by, "created_at": clock.now()}
        key = queries.insert_board(connection, values)
    _note(connection, by, key, {"move": "add", "name": name})
    return key


def remove(connection: Connection, scope: Scope, board: int, by: str) -> None:
    """The board itself is no more. Conflict boards.not_empty while something hangs there."""
    there = queries.board(connection, scope, board)
    if any(one.board_id == board for one in queries.hanging(connection, Scope(there.region))):
        raise Conflict("boards.not_empty", name=there.name)
    queries.change_board(connection, board, {"gone_at": clock.now()})
    _note(connection, by, board, {"move": "remove"})


def post(connection: Connection, scope: Scope, board: int, notice: Notice, by: str) -> int:
    """A notice was hung. The same one twice is one: its row number either way.

    Missing boards.no_policy, boards.no_campaign; Invalid boards.already_over when it is out of date before it hangs.
    """
    there = queries.board(connection, scope, board)
    policy = queries.policy_key(connection, notice.policy)
    if policy is None:
        raise Missing("boards.no_policy", policy=notice.policy)
    campaign = queries.campaign_key(connection, notice.campaign) if notice.campaign else None
    if notice.campaign and campaign is None:
        raise Missing("boards.no_campaign", campaign=notice.campaign)
    if notice.valid_until < notice.posted_on:
        raise Invalid("boards.already_over", until=notice.valid_until)
    for one in queries.hanging(connection, Scope(there.region)):
        if (one.board_id, one.policy_id, one.version, one.title) == (board, policy, notice.version, notice.title):  # fmt: skip
            return int(one.id)
    values = {
        "board_id": board, "policy_id": policy, "campaign_id": campaign, "title": notice.title,
        "version": notice.version, "posted_on": notice.posted_on, "posted_by": by, "valid_until": notice.valid_until,
        "taken_down_on": None, "taken_down_by": "", "why": "",
    }  # fmt: skip
    key = queries.insert_posting(connection, values)
    detail = {
        "move": "post",
        "posting": key,
        "policy": notice.policy,
        "until": str(notice.valid_until),
    }
    _note(connection, by, board, detail)
    return key


def unpost(connection: Connection, scope: Scope, posting: int, by: str) -> None:
    """It was noted by mistake and never hung there. Conflict boards.down_already when it has come down since."""
    there = queries.posting(connection, scope, posting)
    if there.taken_down_on is not None:
        raise Conflict("boards.down_already", title=there.title, board=there.board)
    queries.delete_posting(connection, posting)
    detail = {"move": "unpost", "posting": posting, "policy": there.policy}
    _note(connection, by, there.board_id, detail)


def take_down(
    connection: Connection, scope: Scope, posting: int, on: date, by: str, why: str = ""
) -> bool:
    """It came down; whether that is news. `why` is found out when it is not given: REASONS, '' = none of them."""
    there = queries.posting(connection, scope, posting)
    if there.taken_down_on is not None:
        return False
    if why and why not in REASONS:
        raise Invalid("boards.no_reason", why=why, known="、".join(REASONS))
    if not why:
        mine = queries.hanging(connection, Scope(there.region))
        why = _judge(connection, mine, on)[posting]
    values = {"taken_down_on": on, "taken_down_by": by, "why": why}
    queries.change_posting(connection, posting, values)
    _note(connection, by, there.board_id, {"move": "down", "posting": posting, "why": why})
    return True


def hang_again(connection: Connection, scope: Scope, posting: int, by: str) -> bool:
    """Taken back: it still hangs there. Whether that is news."""
    there = queries.posting(connection, scope, posting)
    if there.taken_down_on is None:
        return False
    values = {"taken_down_on": None, "taken_down_by": "", "why": ""}
    queries.change_posting(connection, posting, values)
    _note(connection, by, there.board_id, {"move": "undo down", "posting": posting})
    return True


def boards(connection: Connection, scope: Scope, on: date) -> list[Board]:
    """Every board in the scope with what hangs there, what is due marked with its reason."""
    rows = queries.hanging(connection, scope)
    shown = _shown(connection, rows, on)
    gone = {row.board_id: row for row in _by_last_day(queries.taken_down(connection, scope))}
    last = {one.board_id: one for one in _shown(connection, list(gone.values()), on)}
    return [
        Board(
            row.id, row.region, row.name, row.note, row.by,
            tuple(one for one in shown if one.board_id == row.id), last.get(row.id),
        )
        for row in queries.boards(connection, scope)
    ]  # fmt: skip


def due(connection: Connection, scope: Scope, on: date) -> list[Posting]:
    """What should come down today, by place and board."""
    return [one for one in _shown(connection, queries.hanging(connection, scope), on) if one.due]


def takedown_words(connection: Connection, village: str, on: date) -> str:
    """For the cover of a pile: 公告栏2处、电梯间1处的旧通知; '' when nothing is due there."""
    names = Counter(one.board for one in due(connection, Scope(village), on)) if village else {}
    said = "、".join(f"{name} {count} 张" for name, count in list(names.items())[:4])
    more = f"等 {len(names)} 处" if len(names) > 4 else ""
    return f"{said}{more}（过期或有新版）" if said else ""


def _by_last_day(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: (row.taken_down_on, row.id))


def _shown(connection: Connection, rows: Sequence[Row[Any]], on: date) -> list[Posting]:
    reasons = _judge(connection, [row for row in rows if row.taken_down_on is None], on)
    known = _policies(connection, rows)
    return [
        Posting(
            id=row.id, board_id=row.board_id, board=row.board, region=row.region, policy=row.policy,
            policy_name=known[row.policy].plain_name if row.policy in known else row.policy, title=row.title,
            version=row.version, posted_on=row.posted_on, posted_by=row.posted_by, valid_until=row.valid_until,
            taken_down_on=row.taken_down_on, taken_down_by=row.taken_down_by, why=row.why,
            due=reasons.get(row.id, ""),
        )
        for row in rows
    ]  # fmt: skip


def _policies(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[str, PolicyView]:
    refs = sorted({row.policy for row in rows})
    return {view.ref: view for view in policies.all_policies(connection, refs)} if refs else {}


def _judge(connection: Connection, rows: Sequence[Row[Any]], on: date) -> dict[int, str]:
    """Hanging posting → why it should come down, '' while it may hang."""
    known = _policies(connection, rows)
    newest: dict[tuple[int, int], tuple[date, int]] = {}
    for row in rows:
        key = (row.board_id, row.policy_id)
        newest[key] = max(newest.get(key, (date.min, 0)), (row.posted_on, row.id))
    found = {}
    for row in rows:
        view = known.get(row.policy)
        if view is not None and view.ended(on):
            found[row.id] = "withdrawn"
        elif row.valid_until < on:
            found[row.id] = "expired"
        elif newest[row.board_id, row.policy_id][1] != row.id:
            found[row.id] = "replaced"
        else:
            found[row.id] = ""
    return found


def _note(connection: Connection, by: str, board: int, detail: Mapping[str, object]) -> None:
    audit.record(connection, by, Action.VISITS_RECORD, f"board:{board}", detail)
