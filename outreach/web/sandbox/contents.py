"""Templates at the carrier, as far as the sandbox needs them: what a phone shows of a message that names one."""

from __future__ import annotations

import json
import re

from outreach.web.sandbox.store import Store

_SLOT = re.compile(r"\{\{(\d{1,2})\}\}")
NO_SUCH, BAD_VARIABLES = 21655, 21656


def filled(store: Store, form: dict[str, str]) -> tuple[str, int | None]:
    """(what the phone shows, code of what is wrong) for a message; one without ContentSid shows its Body."""
    if "ContentSid" not in form:
        return form.get("Body", ""), None
    body = store.content(form["ContentSid"])
    if body is None:
        return "", NO_SUCH
    try:
        values = json.loads(form.get("ContentVariables") or "{}")
        return _SLOT.sub(lambda slot: str(values[slot.group(1)]), body), None
    except (ValueError, KeyError, TypeError):
        return "", BAD_VARIABLES
