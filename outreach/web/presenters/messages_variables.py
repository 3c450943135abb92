"""What may be put into a text: how it is written, what it means, and what it says for a policy at a place."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.messages.drafts import USUAL
from outreach.messages.editing import Edit
from outreach.messages.lint import Draft
from outreach.models.messages import BUNDLE
from outreach.web.views.messages import Variable
from outreach.wording import say

ORDER = (
    "policy.plain_name", "policy.one_line", "policy.amount_text", "policy.bring", "policy.where", "policy.window_text",
    "policy.phone", "policy.official_name", "policy.valid_until", "policies[].one_line", "signature", "opt_out", "office",
    "phone", "village", "name", "list_date",
)  # fmt: skip
"""Every fact, those that answer the six questions first; of several policies the sentence is enough."""

_EACH = "policies[]."


def offered(edit: Edit, draft: Draft) -> tuple[Variable, ...]:
    """Those that may stand in such a text, with what they say in the draft's first example."""
    context = draft.examples[0]
    return tuple(
        Variable(_written(name), say(f"messages.means.{name}"), _value(context, name))
        for name in _fitting(edit)
    )


def _fitting(edit: Edit) -> list[str]:
    place = edit.place
    out = set() if place.channel == "sms" else {"signature", "opt_out"}
    out |= set() if place.announce == "personal" else {"name"}
    out |= set() if edit.follow_up else {"list_date"}
    gone = "policy." if place.policy == BUNDLE else _EACH
    return [name for name in ORDER if name not in out and not name.startswith(gone)]


def _written(name: str) -> str:
    if name.startswith(_EACH):
        fact = name.removeprefix(_EACH)
        return f"{{% for p in policies %}}{{{{ loop.index }}}}.{{{{ p.{fact} }}}}；{{% endfor %}}"
    return f"{{{{ {name} }}}}"


def _value(context: Mapping[str, object], name: str) -> str:
    if name.startswith(_EACH):
        listed = context.get("policies")
        each = listed if isinstance(listed, list) else []
        return "；".join(str(one.get(name.removeprefix(_EACH), "")) for one in each)
    value: object = context
    for key in name.split("."):
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return f"例如 {value}" if name in USUAL else str(value)
