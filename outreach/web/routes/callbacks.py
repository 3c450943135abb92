"""Where carriers report back. The path of a receipt names its attempt and proves that we made it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol, TypeVar

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from channels import twilio_callbacks, twilio_codes
from channels.base import Receipt
from channels.errors import ChannelError
from outreach import clock
from outreach.campaigns import rehearsing
from outreach.deliveries.receipts import Box, Event, read_token
from outreach.deliveries.replies import Reply, take
from outreach.errors import Refused
from outreach.web.guard import TheServices, guarded_router, public
from outreach.web.services import Services

router = guarded_router()

Said_co = TypeVar("Said_co", covariant=True)


def _public_url(services: Services, request: Request) -> str:
    """The address as the carrier called it: it signs the public one, whatever a proxy made of it."""
    return services.settings.public_url.rstrip("/") + request.url.path


class _Parse(Protocol[Said_co]):
    def __call__(
        self, form: Mapping[str, str], url: str, signature: str, token: str, *, settings: str
    ) -> Said_co: ...


async def _signed(parse: _Parse[Said_co], request: Request, services: Services) -> Said_co:
    """What a carrier says, once its signature is checked; Refused when it is not the carrier's."""
    form = {key: str(value) for key, value in (await request.form()).items()}
    try:
        return parse(
            form,
            _public_url(services, request),
            request.headers.get("X-Twilio-Signature", ""),
            services.settings.twilio_auth_token,
            settings=request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""),
        )
    except ChannelError as error:
        raise Refused(error.code, **error.params) from error


@router.post("/callbacks/twilio/status/{token}")
@public
async def status(token: str, request: Request, services: TheServices) -> Response:
    """A receipt: signed by the carrier, named by us; kept before it is answered."""
    read = rehearsing.read_token if rehearsing.is_token(token) else read_token
    named = read(services.vault, token)
    codes = twilio_codes.table(services.settings.content_dir)
    parse = partial(twilio_callbacks.parse_status, codes=codes)
    said = await _signed(parse, request, services)
    if isinstance(named, int):
        await run_in_threadpool(_rehearsed, services, named, said)
        return Response(status_code=204)
    box: Box = request.app.state.receipts
    await run_in_threadpool(box.put, Event(said, named))
    return Response(status_code=204)


@router.post("/callbacks/twilio/inbound")
@public
async def inbound(request: Request, services: TheServices) -> Response:
    """A text from a phone: a wish to stop or to come back is obeyed at once and once, anything else is an opinion.

    Nothing is sent back: an answer would cost money, and the carrier confirms its own words of refusal by itself.
    """
    text = await _signed(twilio_callbacks.parse_inbound, request, services)
    await run_in_threadpool(_take, services, Reply(text.provider_id, text.sender, text.text))
    return Response("<Response/>", media_type="text/xml")


def _rehearsed(services: Services, rehearsal: int, said: Receipt) -> None:
    with services.store.begin() as connection:
        rehearsing.record(connection, rehearsal, said)


def _take(services: Services, reply: Reply) -> None:
    with services.store.begin() as connection:
        take(connection, services.vault, reply, clock.now(), services.settings.region)
