"""Wake-ups between machines: jobs of Procrastinate that say "look for work of account A", and nothing else.

A job carries no work. What is to be done stands in `delivery_batch` and `delivery_again`; whoever looks claims it
there. So a wake-up may be lost, doubled or late. Procrastinate is imported inside: whoever runs on SQLite has not
to load it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import URL, Connection, text

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.types import JSONDict
    from procrastinate.worker import Worker

LOOK = "outreach.look"
"""The one task: look for work of an account."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Beats:
    """Seconds. heartbeat: between two signs of life of a worker; stalled: without one it counts as dead; slice: for
    which one account is looked after before the next one has its turn; poll: between two looks for a wake-up of which
    no notice came."""

    heartbeat: float = 5.0
    stalled: float = 20.0
    slice: float = 20.0
    poll: float = 5.0


def queue_of(account: int) -> str:
    """Each account has a queue, so that a machine may look after some accounts only."""
    return f"account-{account}"


def make_app(url: URL, look: Callable[[int], None] | None = None) -> App:
    """Procrastinate on the installation's database. look: what a wake-up does here; None = this process only sends
    wake-ups, on connections of its own transactions, and opens nothing."""
    from procrastinate import App, PsycopgConnector

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=10.0))
    if look is not None:
        app.task(name=LOOK, queue="accounts")(look)
    return app


def answering(app: App, queues: Collection[str] | None, concurrency: int, beats: Beats) -> Worker:
    """Whoever answers wake-ups: `run` it, and `stop` it from the same event loop. queues: None = every account."""
    from procrastinate.worker import Worker

    return Worker(
        app,
        queues=queues,
        concurrency=concurrency,
        fetch_job_polling_interval=beats.poll,
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=beats.heartbeat,
        stalled_worker_timeout=beats.stalled,
    )


def send(
    app: App, connection: Connection, wanted: Mapping[int, int], *, after: float = 0.0
) -> None:
    """Send wake-ups in the caller's transaction: account → how many; they ring in `after` seconds."""
    late = {"schedule_in": {"seconds": after}} if after > 0 else {}
    for account, n in wanted.items():
        job = app.configure_task(
            LOOK,
            queue=queue_of(account),
            connection=connection.connection.dbapi_connection,
            **late,  # type: ignore[arg-type]
        )
        each: JSONDict = {"account": account}
        job.batch_defer(*[each] * n)


_COMING = text(
    """
    SELECT (job.args->>'account')::bigint AS account, count(*) AS n
    FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.task_name = :task AND (
        job.status = 'todo'
        OR job.status = 'doing'
           AND worker.last_heartbeat > now() - make_interval(secs => :stalled)
           AND EXISTS (SELECT FROM procrastinate_events event WHERE event.job_id = job.id
                       AND event.type = 'started' AND event.at > now() - make_interval(secs => :longest))
    )
    GROUP BY 1
    """
)


def coming(connection: Connection, beats: Beats) -> dict[int, int]:
    """Account → wake-ups that wait, or are answered by somebody who lives.

    A job whose end could not be written stays `doing` under a worker that lives; it is not counted for longer than
    any slice takes.
    """
    rows = connection.execute(
        _COMING, {"task": LOOK, "stalled": beats.stalled, "longest": beats.slice * 3}
    )
    return {row.account: row.n for row in rows}


async def revive(app: App, beats: Beats) -> int:
    """What a killed worker had in hand is waiting again; Procrastinate would leave it `doing` for ever. Returns how
    many. Right on several machines at once: whoever comes second finds nothing."""
    from procrastinate.exceptions import ConnectorException

    await app.job_manager.prune_stalled_workers(beats.stalled)
    revived = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=beats.stalled):
        try:
            await app.job_manager.retry_job(job)
            revived += 1
        except ConnectorException:  # another machine was faster
            log.debug("wake-up was revived elsewhere", job=job.id)
    return revived


def missing(
    due: Mapping[int, int],
    there: Mapping[int, int],
    crowd: Mapping[int, int],
    only: Collection[int] | None = None,
) -> dict[int, int]:
    """Account → wake-ups to send: as many as would find work, no more at once than `crowd` allows. Pure."""
    found = {}
    for account, n in due.items():
        short = min(n, crowd.get(account, 1)) - there.get(account, 0)
        if short > 0 and (only is None or account in only):
            found[account] = short
    return found
