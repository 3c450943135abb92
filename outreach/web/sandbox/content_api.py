"""POST /v1/Content: files a template at the sandbox, as at Twilio."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from outreach.web.sandbox.carrier import carrier_of, error, is_allowed


async def create_content(request: Request) -> Response:
    """{"friendly_name", "types": {"twilio/text": {"body": "…{{1}}…"}}} → its SID."""
    carrier = carrier_of(request)
    if not is_allowed(request, carrier.account, by_path=False):
        return error(20003)
    try:
        asked = json.loads(await request.body())
        body = asked["types"]["twilio/text"]["body"]
    except (ValueError, KeyError, TypeError):
        return error(21602)
    sid = carrier.store.add_content(str(body))
    return JSONResponse({"sid": sid, "friendly_name": asked.get("friendly_name", "")}, 201)
