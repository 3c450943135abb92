"""Words for what a policy says, and facts as words: for commands, pages and what differs between versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "plain_name": "名称",
        "official_name": "正式名称",
        "one_line": "一句话",
        "domain": "领域",
        "office": "主管部门",
        "co_offices": "协办部门",
        "source": "来源",
        "valid_from": "生效日期",
        "valid_to": "失效日期",
        "window": "什么时候办",
        "amount": "领多少",
        "documents": "带什么",
        "how_to_apply": "怎么办",
        "steps": "办理步骤",
        "processing_days": "多少天办完",
        "no_application": "免申即享",
        "where": "到哪里办",
        "phone": "电话",
        "announce": "怎么告知",
        "region_basis": "按户籍还是居住",
        "parameters": "本地要填的数",
        "excludes": "不能同时享受",
        "indicator": "自定指标",
        "deep_link": "网上办理",
        "review_due": "下次复核",
        "notes": "备注",
        "history": "沿革",
    }
)
"""Key of a document → what it is called, in the order in which people read."""

STATUS: Mapping[str, str] = MappingProxyType(
    {"live": "执行中", "revising": "调整中", "withdrawn": "已停办"}
)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {"keep": "继续执行", "change": "需要修改", "withdraw": "建议停办"}
)
PROVIDERS: Mapping[str, str] = MappingProxyType(
    {"applicant": "自己带", "data-sharing": "不用带，部门查"}
)
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "announce": {"general": "告诉所有可能符合的人", "personal": "只告诉确定符合的人"},
    "region_basis": {"hukou": "按户籍地", "residence": "按居住地"},
}


def name(key: str) -> str:
    """A fact's name; an unknown key says itself."""
    return FACTS.get(key, key)


def said(key: str, value: object) -> str:
    """A fact in words; '' when it says nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if key in _CHOICES:
        return _CHOICES[key].get(str(value), str(value))
    if key in _WORDS:
        return _WORDS[key](value)
    return plainly(value)


def plainly(value: object) -> str:
    """Any value as words: lists with 、, mappings by their text, else key by key."""
    if isinstance(value, Mapping):
        text = value.get("text")
        if isinstance(text, str) and text:
            return text
        return "，".join(f"{key}：{plainly(one)}" for key, one in value.items() if one != "")
    if isinstance(value, list | tuple):
        return "；".join(plainly(one) for one in value)
    return "" if value is None else str(value)


def in_full(key: str, value: object) -> str:
    """A fact with everything behind its words: for two that read the same and are not."""
    if not isinstance(value, Mapping):
        return said(key, value)
    rest = {one: value[one] for one in value if one != "text" and value[one] is not None}
    behind = "，".join(f"{one}={plainly(found)}" for one, found in rest.items())
    return f"{said(key, value)}（{behind}）" if behind else said(key, value)


def _documents(value: Any) -> str:
    if not isinstance(value, list):
        return plainly(value)
    shown = []
    for one in value:
        who = str(one.get("who", "applicant"))
        shown.append(f"{one.get('name', '')}（{PROVIDERS.get(who, who)}）")
    return "、".join(shown)


def _source(value: Any) -> str:
    if not isinstance(value, Mapping):
        return plainly(value)
    parts = [str(value[key]) for key in ("title", "no", "date") if value.get(key)]
    return "，".join(parts)


def _parameters(value: Any) -> str:
    if not isinstance(value, Mapping):
        return plainly(value)
    return "、".join(
        str(one.get("zh", key)) if isinstance(one, Mapping) else str(key)
        for key, one in value.items()
    )


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "documents": _documents,
    "source": _source,
    "parameters": _parameters,
    "processing_days": lambda value: f"{value} 天" if isinstance(value, int) else plainly(value),
    "indicator": lambda value: str(value.get("zh", "")) if isinstance(value, Mapping) else plainly(value),
    "excludes": lambda value: "、".join(
        str(one.get("text") or one.get("policy", "")) if isinstance(one, Mapping) else str(one)
        for one in value
    ),
}  # fmt: skip
