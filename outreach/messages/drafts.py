"""What the checks must know about a text, from the text and its policy: one way for the editor, the command line, the
test of the shipped texts and the sign-off, so that a text is judged alike everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Required, TypedDict, Unpack

from outreach.messages import facts, measure
from outreach.messages.lint.draft import Draft
from outreach.messages.render import Context
from outreach.messages.schemas import Text
from outreach.messages.variants import VariantFile
from outreach.policies.schemas import PolicyView
from outreach.wording.figures import long_day
from segments.reading import sensitive_circumstances

_INVENTED: tuple[Mapping[str, object], ...] = tuple(
    {
        "ref": f"example-{number}", "plain_name": name, "official_name": f"{name}制度", "one_line": f"{name}：{amount}",
        "amount_text": amount, "where": "乡镇（街道）便民服务中心", "bring": "身份证", "window_text": "全年可申请",
        "phone": "12345",
    }
    for number, (name, amount) in enumerate(
        [("示例补贴", "每人每月80元"), ("示例体检", "每年免费一次"), ("示例助学金", "每年3000元")], 1
    )
)  # fmt: skip
"""Stands where no policy is given: a bundle before its campaign is known."""

USUAL = {"village": "清泉村", "name": "王某某", "list_date": "11月20日"}
LONGEST = {"village": "青石桥镇红星社区居民委员会", "name": "阿卜杜热合曼·阿卜杜克热木"}
"""Names as long as they really come: what still fits with them fits."""


class Around(TypedDict, total=False):
    """What surrounds a text where it will be used, by keyword.

    office, phone, opt_out: of the installation. valid_until: the last day on which the text holds. region: where,
    '' = everywhere. reviewed_by: '' = whoever the text itself names. general_exists: whether a general text stands
    beside a personal one. others: the policies of a bundle. providers: of the group robots that will post it.
    """

    office: Required[str]
    phone: Required[str]
    opt_out: Required[str]
    valid_until: Required[date]
    region: str
    billing: measure.Billing
    reviewed_by: str
    general_exists: bool
    others: Sequence[PolicyView]
    providers: tuple[str, ...]


def draft_of(text: Text | VariantFile, view: PolicyView | None, **around: Unpack[Around]) -> Draft:
    """The draft of a text about `view` (None: a bundle, about `others`), with the facts that hold at `region`.

    The examples are an ordinary reader, one with the longest names, and one of whom what may be missing is missing
    and whom one policy alone fits.
    """
    region = around.get("region", "")
    policies = [view] if view is not None else list(around.get("others", ()))
    return Draft(
        text.channel,
        text.language,
        text.body if isinstance(text, Text) else text.source,
        announce="personal" if text.announce == "personal" else "general",
        sensitive=any(one.sensitivity(region) == "sensitive" for one in policies),
        follow_up=text.follow_up,
        needs_review=text.needs_review,
        reviewed_by=around.get("reviewed_by", "") or text.reviewed_by,
        examples=_readers(policies, around),
        billing=around.get("billing", "china"),
        form=text.form,
        circumstances=circumstances(policies, region),
        general_exists=around.get("general_exists", True),
        providers=around.get("providers", ()),
    )


def circumstances(policies: Sequence[PolicyView], region: str = "") -> tuple[str, ...]:
    """Names of the sensitive circumstances that the rules of some policies read at a region, in order, each once."""
    read = (one.zh for view in policies for one in sensitive_circumstances(view.rule_at(region)))
    return tuple(dict.fromkeys(read))


def _readers(policies: Sequence[PolicyView], around: Around) -> tuple[Context, ...]:
    region, until = around.get("region", ""), around["valid_until"]
    listed = [facts.policy_words(one, region, until) for one in policies] or [
        {**one, "valid_until": long_day(until)} for one in _INVENTED
    ]
    base = {
        "office": around["office"], "phone": around["phone"], "opt_out": around["opt_out"],
        "signature": facts.signature(around["office"]), "policy": listed[0], "policies": listed, **USUAL,
    }  # fmt: skip
    return base, {**base, **LONGEST}, {**base, "village": "", "policies": listed[:1]}
