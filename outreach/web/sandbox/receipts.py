"""Status callbacks, signed as Twilio signs them, posted to loopback addresses only.

A receipt stays in the file until somebody took it, so a restarted sandbox posts what was pending.
While the receiver is down each receipt is tried again for a while; an answer of 4xx ends it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import aiohttp

from channels.transport import is_loopback
from channels.twilio_callbacks import sign
from outreach.web.sandbox.carrier import SandboxAccount
from outreach.web.sandbox.faults import Course, FaultDeck
from outreach.web.sandbox.store import Accepted, Due, Store

_AT_ONCE = 16
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_AGAIN_AFTER = 0.5
_TRY_FOR = 30.0
_IDLE = 0.03


class Receipts:
    """Posts what is due, for as long as `run` runs."""

    def __init__(
        self, store: Store, account: SandboxAccount, delay: float, deck: FaultDeck
    ) -> None:
        self._store = store
        self._account = account
        self._delay = delay
        self._deck = deck
        self._busy: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; what was being posted then stays pending."""
        self._store.try_again(time.time())
        connector = aiohttp.TCPConnector(limit=_AT_ONCE, keepalive_timeout=2)
        async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
            try:
                while True:
                    await self._round(session)
            finally:
                tasks = list(self._busy.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _round(self, session: aiohttp.ClientSession) -> None:
        room = _AT_ONCE - len(self._busy)
        due = self._store.start_due(time.time(), room, self._busy) if room else []
        for one in due:
            task = asyncio.create_task(self._deliver(session, one))
            self._busy[one.message.id] = task
        if due and len(self._busy) < _AT_ONCE:
            await asyncio.sleep(0)
        elif self._busy:
            await asyncio.wait(
                self._busy.values(), timeout=_IDLE, return_when=asyncio.FIRST_COMPLETED
            )
        else:
            await asyncio.sleep(_IDLE)

    async def _deliver(self, session: aiohttp.ClientSession, one: Due) -> None:
        course = self._deck.course(one.message.id)
        try:
            taken = await self._post(session, one, course)
            if course is Course.TWICE:
                taken = await self._post(session, one, course)
        finally:
            del self._busy[one.message.id]
        now = time.time()
        since = one.failing_since or now
        if taken or now - since > _TRY_FOR:
            self._store.step_done(one, now + (0 if course is Course.EARLY else self._delay))
        else:
            # Twice as long each time: thousands of pending receipts must not keep a core busy.
            self._store.step_failed(one, since, now + max(_AGAIN_AFTER, now - since))

    async def _post(self, session: aiohttp.ClientSession, one: Due, course: Course | None) -> bool:
        """Whether nothing is left to do about this receipt."""
        url = one.message.callback
        if url is None or not is_loopback(url):
            return True
        last = bool(one.step) is not (course is Course.SWAPPED)
        form = _form(one.message, self._account, last=last)
        headers = {"X-Twilio-Signature": sign(form, url, self._account.token)}
        try:
            async with session.post(
                url, data=form, headers=headers, allow_redirects=False
            ) as response:
                return response.status < 500
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False


def _form(message: Accepted, account: SandboxAccount, *, last: bool) -> Mapping[str, str]:
    status = message.ending if last else "sent"
    form = {
        "AccountSid": account.sid,
        "ApiVersion": "2010-04-01",
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.recipient,
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if last and message.error is not None:
        form["ErrorCode"] = str(message.error)
    return form
