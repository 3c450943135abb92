"""SMS through Twilio's Messages API, on the SDK's client with an HTTP layer of our own.

The SDK cannot name another host, sets no timeout, logs numbers and, asked to retry, posts a message
again after an HTTP 500; therefore only its client (address, authentication, headers) and its request
validator are used, and every request goes through `Transport`, once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from twilio.http.response import Response
from twilio.rest import Client

from channels.base import Found, Message, Outcome, Verdict
from channels.codes import Codes
from channels.errors import Rejected, Unavailable, Unknown
from channels.transport import (
    FAILURES,
    Answer,
    Timeouts,
    Transport,
    blacken,
    outcome_of_failure,
    outcome_of_status,
)
from channels.twilio_codes import SHIPPED

PUBLIC_URL = "https://api.twilio.com"
_PAGE = 1000  # the most that Twilio lists at once
_MOST_CHARACTERS = 1600
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_VALID = 36_000  # seconds; what the carrier takes is 1 to 36,000
_PAGES = 20  # more than 20,000 messages to one number is not a list that we can reason about


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Who sends. `sender`: a number or name (From), or a messaging service ("MG…")."""

    account_sid: str
    auth_token: str
    sender: str
    base_url: str = PUBLIC_URL


class _SdkHttp:
    """What the SDK asks of an async HTTP client: `is_async` and `request`."""

    is_async = True

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> Any:
        """One request at our base URL; the SDK's Response, with `retry_after` in its headers."""
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        answer = await self._transport.request(
            method,
            self._transport.base_url + url.removeprefix(PUBLIC_URL),
            params=params or None,
            form=data or None,
            headers=headers,
        )
        return Response(answer.status, answer.text, {"retry_after": answer.retry_after})


class TwilioChannel:
    """Sends SMS and looks them up. One shared, bounded session; make one per event loop."""

    name = "sms"
    can_look_up = True

    def __init__(
        self,
        account: TwilioAccount,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        connections: int = 32,
        codes: Codes = SHIPPED,
    ) -> None:
        """codes: what errors mean here. Raises Rejected when the account lacks a part or its base URL is unusable."""
        for field in ("account_sid", "auth_token", "sender"):
            if not getattr(account, field):
                raise Rejected("channels.twilio.setting", field=field)
        self.sender = account.sender
        self._codes = codes
        self._transport = Transport(account.base_url, timeouts=timeouts, connections=connections)
        self._messages = f"/2010-04-01/Accounts/{account.account_sid}/Messages.json"
        self._client = Client(
            account.account_sid,
            account.auth_token,
            http_client=_SdkHttp(self._transport),
            # Not empty, else the SDK reads the process's: TWILIO_EDGE would rewrite our host.
            environment={"TWILIO_EDGE": "", "TWILIO_REGION": ""},
        )

    async def send(self, message: Message) -> Outcome:
        """Post it once; see outcome_of_answer and outcome_of_failure for what comes back.

        What the carrier could only refuse is refused here, under the code that it would give, and costs no request.
        """
        if (wrong := self._unsendable(message)) is not None:
            return _refusal(wrong, self._codes)
        try:
            answer = await self._request("POST", self._messages, data=self._form(message))
        except FAILURES as error:
            return outcome_of_failure(error)
        return outcome_of_answer(answer, self._codes)

    async def look_up(self, to: str) -> list[Found]:
        """All messages to one number.

        Asked by To only: DateSent is empty while a message waits, so filtering by it would hide
        exactly the message that is looked for.
        """
        found: list[Found] = []
        uri: str | None = self._messages
        params: dict[str, str] | None = {"To": to, "PageSize": str(_PAGE)}
        for _ in range(_PAGES):
            page = await self._page(uri, params)
            found += [self._found(row) for row in page["messages"]]
            uri, params = page.get("next_page_uri"), None
            if not uri:
                return found
        raise Unknown("channels.too_many_pages", pages=_PAGES)

    async def aclose(self) -> None:
        """Close the session."""
        await self._transport.aclose()

    async def _request(self, method: str, uri: str, **content: object) -> Answer:
        response = await self._client.request_async(method, PUBLIC_URL + uri, **content)
        return Answer(response.status_code, response.text, response.headers["retry_after"])

    @staticmethod
    def _unsendable(message: Message) -> str | None:
        """The carrier's code for what is wrong with a message, or None."""
        if not _NUMBER.fullmatch(message.to):
            return "21211"
        if message.template_id is not None:
            return None
        if not message.text.strip():
            return "21602"
        return "21617" if len(message.text) > _MOST_CHARACTERS else None

    def _form(self, message: Message) -> dict[str, str | None]:
        is_service = self.sender.startswith("MG")
        filed = message.template_id is not None
        variables = {str(number): value for number, value in enumerate(message.params, 1)}
        return {  # the SDK drops what is None
            "To": message.to,
            "MessagingServiceSid" if is_service else "From": self.sender,
            "Body": None if filed else message.text,
            "ContentSid": message.template_id,
            "ContentVariables": json.dumps(variables) if filed and variables else None,
            "StatusCallback": message.callback_url,
            "ValidityPeriod": _validity(message.valid_for),
        }

    async def _page(self, uri: str | None, params: dict[str, str] | None) -> dict[str, Any]:
        try:
            answer = await self._request("GET", f"/{(uri or '').lstrip('/')}", params=params)
        except FAILURES as error:
            failure = outcome_of_failure(error)
            raise Unavailable("channels.look_up", reason=failure.error_code) from error
        if answer.status == 429 or answer.status >= 500:
            raise Unavailable("channels.look_up", reason=f"http_{answer.status}")
        payload = _object(answer.text)
        if answer.status != 200:
            reason = payload.get("code") or f"http_{answer.status}"
            raise Rejected("channels.look_up_refused", reason=str(reason))
        rows = payload.get("messages")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unknown("channels.unreadable_list")
        return payload

    def _found(self, row: dict[str, Any]) -> Found:
        # A service picks the number by itself; only its own id can be compared with our sender.
        service = row.get("messaging_service_sid") if self.sender.startswith("MG") else None
        sid = row.get("sid")
        if not isinstance(sid, str) or not sid:
            raise Unknown("channels.unreadable_list")
        return Found(
            provider_id=sid,
            body=str(row.get("body") or ""),
            sender=str(service or row.get("from") or ""),
            created=_moment(row.get("date_created")),
            status=str(row.get("status") or ""),
        )


def _validity(seconds: int | None) -> str | None:
    """Seconds that the carrier may keep trying; as long as it does by itself, or longer, needs no word."""
    return None if seconds is None or seconds >= _LONGEST_VALID else str(max(seconds, 1))


def outcome_of_answer(answer: Answer, codes: Codes = SHIPPED) -> Outcome:
    """What Twilio's answer to a POST means. 2xx with a SID: accepted. 4xx with a code: by the table.

    5xx, 408, a redirect and an answer that cannot be read are unknown: the message may be queued.
    """
    payload = _object(answer.text)
    if 200 <= answer.status < 300:
        sid = payload.get("sid")
        if isinstance(sid, str) and sid:
            return Outcome("accepted", provider_id=sid)
        return Outcome("unknown", error_code="unreadable", detail=blacken(answer.text))
    code = payload.get("code")
    if not 400 <= answer.status < 500 or answer.status == 408 or not isinstance(code, int):
        return outcome_of_status(answer)
    outcome = _refusal(str(code), codes, busy=answer.status == 429)
    detail = blacken(str(payload.get("message") or ""))
    return replace(outcome, detail=detail, retry_after=answer.retry_after)


def _refusal(code: str, codes: Codes, *, busy: bool = False) -> Outcome:
    """By the table; busy: a 429 is safe to send again, whatever its code."""
    means = codes.of(code)
    verdict = means.verdict
    if busy or verdict is Verdict.LATER:
        return Outcome("deferred", error_code=code)
    return Outcome(
        "refused",
        error_code=code,
        permanent=verdict in (Verdict.PERMANENT, Verdict.OPTED_OUT),
        opted_out=verdict is Verdict.OPTED_OUT,
        stop_campaign=verdict is Verdict.STOP,
        patience=means.patience,
    )


def _object(text: str) -> dict[str, Any]:
    """The JSON object in a text, or an empty one."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _moment(text: object) -> datetime | None:
    """An RFC 2822 date as Twilio writes it, aware; None when there is none to read."""
    try:
        moment = parsedate_to_datetime(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
