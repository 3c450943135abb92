"""The set-up of a survey as a document, and what is wrong with it in the words of the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.errors import Invalid, OutreachError
from outreach.surveys.design_order import BASES
from outreach.surveys.kinds import SAMPLED
from outreach.wording import say

Given = Mapping[str, str]
"""What was filled in, by the name of the field."""

_LABELS = {
    "id": "编号", "title": "名称", "kind": "哪种调查", "policy": "哪项政策", "region": "在哪里", "mode": "怎么问",
    "size": "抽多少人", "seed": "种子", "base": "问谁", "strata": "怎么分层", "allocation": "各层怎么分配",
    "per_village": "每村几人", "within": "户里问谁", "reserve": "备用样本", "opens_on": "从哪天访问",
    "closes_on": "到哪天为止", "follows": "接着哪一次", "panel": "再问同一批人", "fresh": "没问过的人",
    "group": "体验官名单", "wave": "第几次", "permit": "批准文号", "trim": "限制权重", "rake": "按总体校正",
}  # fmt: skip
_SHARES = {
    "expected": "预计比例",
    "response": "预计回答率",
    "before": "原来的比例",
    "after": "后来的比例",
    "margin": "误差",
}
HERE = "（本页）"


def document(given: Given) -> dict[str, Any]:
    """The form as the document that `survey create` takes. Invalid for a number that is none."""
    kind = given.get("kind", "awareness")
    plain = ("id", "title", "kind", "policy", "region", "mode", "follows", "opens_on", "closes_on")
    found: dict[str, Any] = {name: given[name] for name in plain if given.get(name)}
    found["wave"] = whole(given, "wave") or 1
    if kind == "experience" and given.get("group"):
        found["group"] = given["group"]
    if given.get("seed") and kind in SAMPLED:
        found["seed"] = given["seed"]
    permit = {
        name: given.get(f"permit_{name}", "") for name in ("table", "approval", "valid_until")
    }
    if any(permit.values()):
        found["permit"] = permit
    if kind not in SAMPLED:
        return found
    found |= _weighting(given)
    if given.get("panel"):
        fresh = share(given, "fresh")
        return found | {"panel": True} | ({"fresh": fresh} if fresh else {})
    return found | _drawing(given)


def _weighting(given: Given) -> dict[str, Any]:
    if not given.get("weigh"):
        return {}
    return {"rake": ["town", "sex", "band"], "classes": ["band"], "trim": 5}


def _drawing(given: Given) -> dict[str, Any]:
    found: dict[str, Any] = {"base": given.get("base", BASES[0]), "size": whole(given, "size")}
    strata = given.get("strata", "")
    if strata:
        found["strata"] = strata.split(",")
        found["allocation"] = given.get("allocation", "proportional")
    if given.get("within", "people") != "people":
        found["within"] = given["within"]
    per_village = whole(given, "per_village")
    if per_village:
        found["per_village"] = per_village
    reserve = share(given, "reserve")
    return found | ({"reserve": reserve} if reserve else {})


def whole(given: Given, name: str) -> int | None:
    """A whole number as written; None for an empty field."""
    text = given.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise Invalid("planning.no_number", name=_LABELS.get(name, name), value=text)
    return int(text)


def share(given: Given, name: str) -> float | None:
    """Percent as written → a share; None for an empty field."""
    text = given.get(name, "").strip().removesuffix("%").removesuffix("％")
    if not text:
        return None
    try:
        return round(float(text) / 100, 6)
    except ValueError:
        label = _SHARES.get(name) or _LABELS.get(name, name)
        raise Invalid("planning.no_number", name=label, value=text) from None


def said(error: OutreachError) -> str:
    """A problem in the words of the form."""
    params = dict(error.params)
    if "file" in params:
        params["file"] = HERE
    for name in ("key", "other"):
        if params.get(name) in _LABELS:
            params[name] = f"“{_LABELS[str(params[name])]}”"
    if "name" in params:
        params["name"] = _SHARES.get(str(params["name"]), params["name"])
    return say(error.code, **params)
