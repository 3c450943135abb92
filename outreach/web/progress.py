"""Server-Sent Events for a page that shows something going on. The work itself never depends on the page."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

Poll = Callable[[], tuple[Mapping[str, object], bool]]
"""A short read: the data of a `progress` event (see LiveCampaign.event), and whether it is finished."""

EVERY = 1.0  # seconds between two reads
LONGEST = 300.0  # then the browser comes again, and the session is checked again


def event_stream(poll: Poll, every: float = EVERY, longest: float = LONGEST) -> StreamingResponse:
    """`progress` events while something changes, then one `finished`."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(poll, every, longest), media_type="text/event-stream", headers=headers
    )


async def _events(poll: Poll, every: float, longest: float) -> AsyncIterator[str]:
    began, before = time.monotonic(), ""
    while time.monotonic() - began < longest:
        data, finished = await run_in_threadpool(poll)
        text = json.dumps(data, ensure_ascii=False)
        yield f"event: progress\ndata: {text}\n\n" if text != before else ": still here\n\n"
        if finished:
            yield "event: finished\ndata: {}\n\n"
            return
        before = text
        await anyio.sleep(every)
