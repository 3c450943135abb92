"""An SMS stands between its signature and its way out: both come from the office's settings, never typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.messages.findings import Finding
from outreach.messages.lint.draft import Example
from outreach.messages.lint.limits import SIGNATURE

_BRACKETS = re.compile("[【】]")


def _signature(text: Example) -> Iterator[Finding]:
    if text.draft.channel != "sms":
        return
    signature = text.fact("signature")
    if "signature" not in text.uses or not text.text.startswith(signature):
        yield text.whole("messages.missing_signature")
    elif signature and not SIGNATURE[0] <= len(_BRACKETS.sub("", signature)) <= SIGNATURE[1]:
        yield text.at(
            "messages.signature_length", (0, len(signature)), signature=signature,
            least=SIGNATURE[0], most=SIGNATURE[1],
        )  # fmt: skip
    own = len(_BRACKETS.findall(signature))
    more = list(_BRACKETS.finditer(text.text))[own:]
    if more:
        yield text.at("messages.second_signature", (more[0].start(), more[-1].end()))


def _way_out(text: Example) -> Iterator[Finding]:
    if text.draft.channel != "sms":
        return
    if "opt_out" not in text.uses or not text.text.endswith(text.fact("opt_out")):
        yield text.whole("messages.missing_opt_out")


RULES = (_signature, _way_out)
