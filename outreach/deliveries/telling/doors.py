"""A task that is done at a door is also a word about the delivery that it came from."""

from __future__ import annotations

from sqlalchemy import Connection

from outreach.deliveries.telling import queries, service
from outreach.deliveries.telling.follow import Hand
from outreach.deliveries.telling.words import WORDS
from outreach.reach.tasks import queries as task_queries
from outreach.reach.tasks import service as tasks
from outreach.reach.tasks.schemas import TaskView

_TELLING = ("told", "relayed")


def close(
    connection: Connection, task: int, result: str, hand: Hand, *, note: str = ""
) -> TaskView:
    """Close a task; who was told there counts as told by the delivery. Raises as `tasks.service.close`."""
    there = tasks.close(connection, task, result, tasks.Hand(hand.by, hand.scope), note=note)
    if result in _TELLING and there.delivery_id is not None:
        [one] = queries.held(connection, [there.delivery_id])
        if result in WORDS[one.channel]:
            service.tell(connection, [one.id], result, hand)
    return there


def reopen(connection: Connection, task: int, hand: Hand) -> None:
    """It was closed by mistake: the word that it was told there goes too. Raises as `tasks.service.reopen`."""
    there = task_queries.one(connection, hand.scope, task)
    tasks.reopen(connection, task, tasks.Hand(hand.by, hand.scope))
    if there.result not in _TELLING or there.delivery_id is None or there.closed_at is None:
        return
    for word in queries.words(connection, [there.delivery_id]):
        said_there = (word.word, word.by, word.at) == (
            there.result,
            there.closed_by,
            there.closed_at,
        )
        if said_there and word.stands:
            service.undo(connection, word.id, hand, any_time=True)
            return
