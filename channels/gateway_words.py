"""What the words and codes of operator consoles mean, as data.

`成功` alone says that the console took it, no more: only a handset's own report counts as delivered.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from channels.base import Verdict

Column = Literal["reference", "phone", "submit", "result", "report", "code", "why", "time"]
Said = Literal["waiting", "refused", "accepted", "undelivered", "delivered"]

HEADERS: dict[Column, tuple[str, ...]] = {
    "reference": ("单号", "业务单号", "业务编号", "外部流水号", "自定义流水号", "扩展参数", "outid", "reference"),
    "phone": (
        "手机号", "手机号码", "手机", "号码", "电话号码", "接收号码", "接收手机号", "接收号码手机号", "目标号码",
        "被叫号码", "mobile", "phone", "phonenumber",
    ),
    "submit": ("提交状态", "提交结果", "受理状态", "受理结果", "submitstatus"),
    "result": ("状态", "结果", "发送状态", "发送结果", "短信状态", "status", "state", "result"),
    "report": (
        "回执", "回执状态", "回执结果", "状态报告", "到达状态", "送达状态", "接收状态", "接收结果", "reportstatus",
    ),
    "code": ("状态码", "状态代码", "错误码", "错误代码", "回执码", "状态报告码", "errcode", "errorcode", "code"),
    "why": ("失败原因", "原因", "错误描述", "状态描述", "状态说明", "备注", "reason", "description"),
    "time": ("提交时间", "发送时间", "接收时间", "回执时间", "完成时间", "时间", "time"),
}  # fmt: skip
"""Column → headers of consoles, as `folded` gives them. Times are known and not kept: ours are the times of our books."""

_PLAIN_WORDS: dict[str, Said] = {
    "待发送": "waiting", "发送中": "waiting", "排队中": "waiting", "等待": "waiting", "等待发送": "waiting",
    "等待回执": "waiting", "审核中": "waiting", "待审核": "waiting", "未知": "waiting", "unknown": "waiting",
    "未返回": "waiting", "无回执": "waiting", "-": "waiting", "--": "waiting",
    "成功": "accepted", "发送成功": "accepted", "提交成功": "accepted", "已提交": "accepted", "已发送": "accepted",
    "已受理": "accepted", "受理成功": "accepted", "success": "accepted", "ok": "accepted", "accepted": "accepted",
    "submitted": "accepted", "sent": "accepted", "accepted/enroute": "accepted", "acceptd": "accepted", "enroute": "accepted",
    "0": "accepted", "00": "accepted", "000": "accepted", "0000": "accepted",
    "送达": "delivered", "已送达": "delivered", "送达成功": "delivered", "接收成功": "delivered", "已接收": "delivered",
    "回执成功": "delivered", "已到达": "delivered", "到达": "delivered", "delivered": "delivered",
    "delivrd": "delivered",
    "失败": "undelivered", "发送失败": "undelivered", "送达失败": "undelivered", "接收失败": "undelivered",
    "未送达": "undelivered", "回执失败": "undelivered", "未到达": "undelivered", "failed": "undelivered",
    "fail": "undelivered", "undelivered": "undelivered", "undeliv": "undelivered", "expired": "undelivered",
    "deleted": "undelivered",
    "提交失败": "refused", "拒绝": "refused", "被拒绝": "refused", "已拒绝": "refused", "驳回": "refused",
    "审核不通过": "refused", "受理失败": "refused", "未提交": "refused", "未发送": "refused", "已拦截": "refused",
    "拦截": "refused", "rejected": "refused", "rejectd": "refused",
}  # fmt: skip

_BY_COLUMN: dict[Column, dict[str, Said]] = {
    "submit": {"失败": "refused", "failed": "refused", "fail": "refused"},
    "report": {
        "成功": "delivered", "success": "delivered", "ok": "delivered", "0": "delivered", "000": "delivered",
    },
}  # fmt: skip
"""What a word means in a column of its own kind, where that is more than it means anywhere."""

_VERDICTS: tuple[tuple[str, Verdict], ...] = (
    ("空号", Verdict.PERMANENT),
    ("号码不存在", Verdict.PERMANENT),
    ("退订", Verdict.OPTED_OUT),
    ("关机", Verdict.LATER),
    ("不在服务区", Verdict.LATER),
    ("expired", Verdict.LATER),
)
"""Words inside a code or a reason that say what to do about the number. A blacklist of the console is neither: whose it
is nobody says."""

_CARRIER_CODE = re.compile(r"(?:[a-z]{1,4}:\s*\d{1,6}|[a-z]{2}\d{4,5}|-?\d{1,6})")


@dataclass(frozen=True)
class Word:
    """What a cell says; None where it is no word for what became of a message."""

    said: Said | None
    verdict: Verdict | None = None


def folded(text: str) -> str:
    """A header or word without case, spaces and brackets, and half-width."""
    narrow = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s()\[\]【】_*·]+", "", narrow).lower()


COLUMNS: dict[str, Column] = {word: column for column, words in HEADERS.items() for word in words}


def read(column: Column, text: str) -> Word:
    """What a cell of a column says."""
    word = folded(text)
    verdict = next((one for part, one in _VERDICTS if part in word), None)
    said = _BY_COLUMN.get(column, {}).get(word) or _PLAIN_WORDS.get(word)
    return Word(said, verdict)


def is_code(text: str) -> bool:
    """Whether a cell looks like a code of an operator (MK:0005, CB0010, -37) and not like a word."""
    return _CARRIER_CODE.fullmatch(folded(text)) is not None
