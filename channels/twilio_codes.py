"""Twilio's error codes as data: what each means for what we do next.

Source: twilio.com/docs/api/errors, collected 2026-11; 30004, 30005, 30006, 30008, 21408 and 21612
rest on third-party lists. Twilio warns not to hard-wire its codes, so an unlisted one is simply a
refusal that may be tried once more.
"""

from __future__ import annotations

from channels.base import Verdict

VERDICTS: dict[int, Verdict] = {
    # the address
    21211: Verdict.PERMANENT,  # not a phone number
    21614: Verdict.PERMANENT,  # not a mobile number
    21635: Verdict.PERMANENT,  # a landline
    30005: Verdict.PERMANENT,  # unknown or no longer assigned
    30006: Verdict.PERMANENT,  # landline or unreachable carrier
    30004: Verdict.PERMANENT,  # blocked for this sender
    21610: Verdict.OPTED_OUT,  # replied STOP
    # the moment
    20429: Verdict.LATER,  # too many requests
    20503: Verdict.LATER,  # service unavailable
    21611: Verdict.LATER,  # the sender's queue is full
    30001: Verdict.LATER,  # queue overflow
    30003: Verdict.LATER,  # phone off or without signal
    30008: Verdict.LATER,  # unknown error on the way
    30036: Verdict.LATER,  # waited longer than its validity period
    30500: Verdict.LATER,  # Twilio's internal error
    # account, sender, content
    20003: Verdict.STOP,  # wrong account or token
    20005: Verdict.STOP,  # account not active
    20404: Verdict.STOP,  # no such account
    21408: Verdict.STOP,  # this country is not enabled
    21602: Verdict.STOP,  # no text
    21603: Verdict.STOP,  # no sender
    21606: Verdict.STOP,  # the sender is not ours or cannot send SMS
    21608: Verdict.STOP,  # a trial account
    21609: Verdict.STOP,  # the address for receipts is not usable
    21612: Verdict.STOP,  # the sender cannot reach this network
    21617: Verdict.STOP,  # longer than 1,600 characters
    30007: Verdict.STOP,  # filtered by the carrier for its content
}


def verdict_of(code: str | None) -> Verdict | None:
    """The verdict for a code as it came, or None when we have none."""
    return (
        VERDICTS.get(int(code)) if code is not None and code.isascii() and code.isdigit() else None
    )
