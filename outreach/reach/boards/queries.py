"""Statements on boards and on what hangs there; each takes a Scope first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from outreach.access.scope import Scope
from outreach.errors import Conflict, Missing
from outreach.models.campaigns import Campaign
from outreach.models.paper import Board, Posting
from outreach.models.policies import Policy

_BOARD: tuple[Any, ...] = (Board.id, Board.region, Board.name, Board.note, Board.by, Board.gone_at)


def insert_board(connection: Connection, values: Mapping[str, Any]) -> int:
    """A new board; Conflict boards.known when its village has one of that name."""
    try:
        with connection.begin_nested():
            return int(
                connection.execute(insert(Board).values(**values).returning(Board.id)).scalar_one()
            )
    except IntegrityError as error:
        raise Conflict("boards.known", name=values["name"], region=values["region"]) from error


def named(connection: Connection, region: str, name: str) -> Row[Any] | None:
    """The board of that name, standing or gone."""
    return connection.execute(
        select(*_BOARD).where(Board.region == region, Board.name == name)
    ).one_or_none()


def board(connection: Connection, scope: Scope, key: int) -> Row[Any]:
    """One standing board; Missing boards.no_board, Refused when it lies outside the scope."""
    row = connection.execute(select(*_BOARD).where(Board.id == key)).one_or_none()
    if row is None or row.gone_at is not None:
        raise Missing("boards.no_board", board=key)
    scope.require(row.region)
    return row


def boards(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """Standing boards, by place and name."""
    statement = select(*_BOARD).where(scope.condition(Board.region), Board.gone_at.is_(None))
    return connection.execute(statement.order_by(Board.region, Board.name, Board.id)).all()


def change_board(connection: Connection, key: int, values: Mapping[str, Any]) -> None:
    """Change a board."""
    connection.execute(update(Board).where(Board.id == key).values(**values))


def _postings(scope: Scope) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Posting.id, Posting.board_id, Board.name.label("board"), Board.region, Policy.ref.label("policy"),
        Posting.policy_id, Posting.campaign_id, Posting.title, Posting.version, Posting.posted_on, Posting.posted_by,
        Posting.valid_until, Posting.taken_down_on, Posting.taken_down_by, Posting.why,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Board, Board.id == Posting.board_id)
        .join(Policy, Policy.id == Posting.policy_id)
        .where(scope.condition(Board.region), Board.gone_at.is_(None))
        .order_by(Board.region, Board.name, Posting.posted_on, Posting.id)
    )


def hanging(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """Everything that hangs, by place, board and day."""
    return connection.execute(_postings(scope).where(Posting.taken_down_on.is_(None))).all()


def taken_down(connection: Connection, scope: Scope) -> Sequence[Row[Any]]:
    """What came down, in the same order."""
    return connection.execute(_postings(scope).where(Posting.taken_down_on.is_not(None))).all()


def posting(connection: Connection, scope: Scope, key: int) -> Row[Any]:
    """One posting; Missing boards.no_posting, Refused when it lies outside the scope."""
    row = connection.execute(_postings(Scope()).where(Posting.id == key)).one_or_none()
    if row is None:
        raise Missing("boards.no_posting", posting=key)
    scope.require(row.region)
    return row


def insert_posting(connection: Connection, values: Mapping[str, Any]) -> int:
    """A notice is hung."""
    statement = insert(Posting).values(**values).returning(Posting.id)
    return int(connection.execute(statement).scalar_one())


def change_posting(connection: Connection, key: int, values: Mapping[str, Any]) -> None:
    """It comes down, or that is taken back."""
    connection.execute(update(Posting).where(Posting.id == key).values(**values))


def delete_posting(connection: Connection, key: int) -> None:
    """It never hung there."""
    connection.execute(delete(Posting).where(Posting.id == key))


def policy_key(connection: Connection, ref: str) -> int | None:
    """Row number of a policy."""
    return connection.scalar(select(Policy.id).where(Policy.ref == ref))


def campaign_key(connection: Connection, ref: str) -> int | None:
    """Row number of a campaign."""
    return connection.scalar(select(Campaign.id).where(Campaign.ref == ref))
