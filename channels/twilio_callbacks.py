"""Twilio's signed callbacks, read by pure functions: receipts and answers from phones.

The signature covers the public URL exactly as Twilio called it, and every form field; behind a
proxy the URL must be built from the configured public address, never from the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twilio.request_validator import RequestValidator, get_signature_algorithm

from channels.base import Receipt, ReceiptState
from channels.codes import Codes
from channels.errors import Rejected
from channels.twilio_codes import SHIPPED

STATES: dict[str, ReceiptState] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "partially_delivered": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
    "canceled": "undelivered",
}


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text from a phone to our number."""

    provider_id: str
    sender: str
    to: str
    text: str


def sign(form: Mapping[str, str], url: str, token: str) -> str:
    """The X-Twilio-Signature of a form posted to a URL (HMAC-SHA1, base64)."""
    return str(RequestValidator(token).compute_signature(url, dict(form)))


def parse_status(
    form: Mapping[str, str],
    url: str,
    signature: str,
    token: str,
    *,
    settings: str = "",
    codes: Codes = SHIPPED,
) -> Receipt:
    """The receipt in a status callback.

    url: the public URL that was given as StatusCallback. signature, settings: the headers
    X-Twilio-Signature and X-Twilio-Webhooks-Signature-Settings ("" when absent). codes: what errors mean. Receipts repeat and
    overtake each other: rank them. Raises Rejected: bad signature, or a form that is no receipt.
    """
    _check(form, url, signature, token, settings)
    provider_id = form.get("MessageSid") or form.get("SmsSid") or ""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if not provider_id or status not in STATES:
        raise Rejected("channels.twilio.form", status=status[:40])
    error_code = form.get("ErrorCode") or None
    return Receipt(provider_id, STATES[status], status, error_code, codes.verdict(error_code))


def parse_inbound(
    form: Mapping[str, str], url: str, signature: str, token: str, *, settings: str = ""
) -> Inbound:
    """The text in an inbound callback. Raises Rejected like parse_status."""
    _check(form, url, signature, token, settings)
    provider_id, sender = form.get("MessageSid", ""), form.get("From", "")
    if not provider_id or not sender:
        raise Rejected("channels.twilio.form", status="inbound")
    return Inbound(provider_id, sender, form.get("To", ""), form.get("Body", ""))


def _check(form: Mapping[str, str], url: str, signature: str, token: str, settings: str) -> None:
    algorithm = get_signature_algorithm(settings)
    if not RequestValidator(token).validate(url, dict(form), signature, algorithm):
        raise Rejected("channels.twilio.signature")
