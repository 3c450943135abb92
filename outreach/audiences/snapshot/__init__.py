"""The snapshot index: the register held in memory as bitmaps, for questions that are asked again and again.

`columns` loads the facts of everybody once · `index` turns them into bitmaps · `leaves` answers one clause ·
`answers` whole rules and policies, counts and breakdowns · `keeping` says when the register has changed.
It needs numpy and pyroaring; where they are missing, `current` gives None and everything is asked in SQL.
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from outreach.store import Store

if TYPE_CHECKING:
    from outreach.audiences.snapshot.answers import Answers
    from segments.compile import About


def current(
    connection: Connection, about: About | None = None, *, load: bool = True
) -> Answers | None:
    """The snapshot of the register as this transaction sees it, loaded when it is not there or has become old.

    None where numpy or pyroaring is missing, in a transaction that writes (what is not committed is never kept), and
    without `load` when it would have to be loaded first, which takes some seconds for a million people.
    `about`: SQL for the facts that join a person and a policy, as `compile_rule` takes it.
    """
    try:
        from outreach.audiences.snapshot import keeping
        from outreach.audiences.snapshot.answers import Answers
    except ImportError:
        return None
    index = keeping.index_of(connection, may_load=load)
    return None if index is None else Answers(connection, index, about)


def warm(store: Store) -> Thread:
    """Load the snapshot in a thread of its own, so that what is asked next is answered at once."""

    def work() -> None:
        with store.read() as connection:
            current(connection)

    thread = Thread(target=work, name="snapshot", daemon=True)
    thread.start()
    return thread
