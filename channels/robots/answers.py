"""What a robot's answer means for the message: by the code in the body, whatever the HTTP status says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.base import Outcome
from channels.transport import Answer, blacken, outcome_of_status


@dataclass(frozen=True, slots=True)
class Codes:
    """A provider's codes. 0 is success; a code that stands nowhere is a refusal that blames nobody.

    later: nothing was posted, with the seconds after which it is worth trying again. permanent: this robot is
    gone, or this text too long for it. stop: text, form, signature or clock are ours to mend; the message is kept.
    code, words: the names of both in the answer, the newest first. same: (code, words in small letters) that mean another code.
    """

    later: Mapping[int, float]
    permanent: frozenset[int]
    stop: frozenset[int]
    code: tuple[str, ...] = ("errcode",)
    words: tuple[str, ...] = ("errmsg",)
    same: Mapping[tuple[int, str], int] = field(default_factory=dict)

    @property
    def known(self) -> frozenset[int]:
        """Every code that the provider is known to answer, but 0."""
        return frozenset(self.later) | self.permanent | self.stop


def outcome_of_robot(answer: Answer, codes: Codes) -> Outcome:
    """The outcome of one post.

    A known code also counts in a 4xx; any other answer that is not 200 goes by its status, and one that cannot
    be read is unknown: the post may stand in the group.
    """
    code, words = _said(answer.text, codes)
    refused = 400 <= answer.status < 500 and answer.status != 408 and code in codes.known
    if answer.status != 200 and not refused:
        return outcome_of_status(answer)
    if code is None:
        return Outcome("unknown", error_code="unreadable", detail=words)
    if code == 0:
        return Outcome("accepted")
    if code in codes.later:
        wait = max(codes.later[code], answer.retry_after or 0.0)
        return Outcome("deferred", error_code=str(code), detail=words, retry_after=wait)
    return Outcome(
        "refused",
        error_code=str(code),
        detail=words,
        permanent=code in codes.permanent,
        stop_campaign=code in codes.stop,
    )


def _said(text: str, codes: Codes) -> tuple[int | None, str]:
    """The code and the provider's sentence; (None, the beginning of the text) when there is no code."""
    try:
        payload = json.loads(text)
    except ValueError:
        return None, blacken(text)
    said = payload if isinstance(payload, dict) else {}
    code = next((said[name] for name in codes.code if name in said), None)
    words = str(next((said[name] for name in codes.words if name in said), ""))
    if not isinstance(code, int) or isinstance(code, bool):
        return None, blacken(text)
    return codes.same.get((code, words.lower()), code), blacken(words)
