"""Previews of drafts: made in the background, once, and kept as long as few others are asked for.

A page never renders for a million people. It shows what was made last, says when that was and whether the register
or the texts have changed since, and a button makes it anew. What was signed stands in its document and needs none of
this. One process keeps its own: another one makes its own when somebody asks there.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock, Thread

import structlog
from starlette.requests import Request

from outreach import clock
from outreach.campaigns import coverage, queries, service
from outreach.campaigns.preview.looking import state_of
from outreach.campaigns.preview.schemas import Preview
from outreach.campaigns.staggering import seeing as staggering
from outreach.campaigns.staggering.schemas import WaveCount
from outreach.errors import OutreachError
from outreach.messages.remarks import Remark, remarks
from outreach.policies.readiness import Fault
from outreach.web.services import Services
from outreach.wording import say

MOST = 8
"""Drafts whose previews are kept."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """What a draft would send, of when that is, and what the register and the texts were then."""

    preview: Preview
    remarks: tuple[Remark, ...]
    state: str
    at: datetime
    waves: tuple[WaveCount, ...] = ()
    against: tuple[Fault, ...] = ()  # why no waves can be drawn


@dataclass
class Work:
    """A preview that is being made: how many of how many steps are done, how many people were looked at."""

    steps: int
    step: int = 0
    seen: int = 0
    problem: str = ""
    done: bool = False

    def watch(self, step: int, more: int) -> None:
        """Somewhat more was looked at; only the one thread that makes it says so."""
        self.step, self.seen = step, self.seen + more


class KeptPreviews:
    """The previews of drafts of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._work: dict[int, Work] = {}
        self._lock = Lock()

    def find(self, campaign: int) -> Kept | None:
        """What was made last."""
        with self._lock:
            return self._kept.get(campaign)

    def glance(self, campaign: int) -> tuple[Kept | None, Work | None]:
        """What was made last, and how what is being made, or has failed, stands at this moment."""
        with self._lock:
            work = self._work.get(campaign)
            return self._kept.get(campaign), work and copy(work)

    def keep(self, campaign: int, kept: Kept, work: Work | None = None) -> None:
        """Keep a preview, and say that its work is done; the one that was made longest ago goes."""
        with self._lock:
            self._kept[campaign] = kept
            self._kept.move_to_end(campaign)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            if work is not None:
                work.done = True

    def start(self, campaign: int, steps: int, make: Callable[[Work], Kept]) -> bool:
        """Make a preview in the background; False when one of this campaign is being made already."""
        with self._lock:
            before = self._work.get(campaign)
            if before is not None and not (before.done or before.problem):
                return False
            work = self._work[campaign] = Work(steps)
        Thread(target=self._run, args=(campaign, work, make), name="preview", daemon=True).start()
        return True

    def _run(self, campaign: int, work: Work, make: Callable[[Work], Kept]) -> None:
        try:
            self.keep(campaign, make(work), work)
        except OutreachError as error:
            work.problem = say(error.code, **error.params)
        except Exception:
            log.exception("preview failed", campaign=campaign)
            work.problem = say("previewing.failed")


def kept_previews(request: Request) -> KeptPreviews:
    """Those of this application."""
    state = request.app.state
    if not hasattr(state, "previews"):
        state.previews = KeptPreviews()
    found: KeptPreviews = state.previews
    return found


def make(services: Services, ref: str, on: date, work: Work | None = None) -> Kept:
    """Match a draft anew and render everything; the database is kept from nobody while texts are rendered."""
    with services.store.begin() as connection:
        campaign = service.get(connection, ref)
        look = service.looking(connection, campaign, on, services.vault)
    look = look.watched(work.watch) if work else look
    with services.store.read() as connection:
        state = state_of(connection, look)
        preview = service.looked(connection, look)
        said = tuple(remarks(coverage.report(connection, look)))
        steps = queries.steps(connection, campaign["id"])
        waves, against = staggering.seen(connection, campaign, look.views, steps, on)
    return Kept(preview, said, state, clock.now(), tuple(waves), tuple(against))


def start(request: Request, services: Services, ref: str, on: date) -> bool:
    """Begin to make the preview of a draft, if that is not going on already."""
    with services.store.read() as connection:
        campaign = service.get(connection, ref)
        steps = len(queries.steps(connection, campaign["id"]))
    kept = kept_previews(request)
    return kept.start(campaign["id"], steps, lambda work: make(services, ref, on, work))
