"""The shell around a page: navigation per role (look.md, "Where things are"), of what exists."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from outreach.access.roles import Role
from outreach.access.schemas import Actor


@dataclass(frozen=True)
class Entry:
    """One line of the navigation. `also`: other pages that lie under it; `row`: those of them that stand in a row of
    links over each of them."""

    label: str
    path: str
    icon: str
    also: tuple[str, ...] = ()
    row: tuple[Entry, ...] = ()


_TODAY = Entry("今日", "/today", "today")
_POLICIES = Entry("政策", "/policies", "policy")
_PEOPLE = Entry("对象", "/people", "people", ("/segments", "/proposals", "/lists"))
_PRINT = Entry("打印", "/print", "print", ("/boards",))
_PAPER = Entry(  # of whoever also gives out the work of others
    "打印",
    "/print",
    "print",
    ("/boards", "/visits", "/calls", "/posts", "/tasks", "/tally", "/helpers"),
)
_MADE_OF_IT = (
    Entry("触达", "/results", "chart"),
    Entry("总览", "/overview", "home"),
    Entry("知晓率", "/awareness", "ear"),
    Entry("调查", "/surveys", "people"),
    Entry("意见", "/opinions", "text"),
    Entry("12345 与办理数", "/signals", "call"),
    Entry("提醒", "/alerts", "alert"),
    Entry("简报", "/reports", "policy"),
)
_RESULTS = Entry(
    "成效",
    "/results",
    "chart",
    (*(entry.path for entry in _MADE_OF_IT[1:]), "/fieldwork"),
    _MADE_OF_IT,
)

NAVIGATION: dict[Role, tuple[Entry, ...]] = {
    Role.OFFICER: (
        _TODAY,
        _POLICIES,
        _PEOPLE,
        Entry("宣传内容", "/messages", "text"),
        Entry("宣传任务", "/campaigns", "send", ("/unknown", "/approvals")),
        _PAPER,
        _RESULTS,
    ),
    Role.WORKER: (
        _TODAY,
        _PRINT,
        Entry("入户", "/visits", "door", ("/calls", "/posts", "/tasks", "/tally")),
        Entry("查政策", "/calculator", "search"),
    ),
    Role.MANAGER: (
        Entry("总览", "/overview", "home", ("/alerts",)),
        Entry("待我审批", "/approvals", "check"),
        Entry("知晓率", "/awareness", "ear"),
        Entry("触达", "/results", "chart"),
        Entry("简报", "/reports", "policy", ("/opinions",)),
    ),
    Role.ADMIN: (
        Entry("台账", "/people/import", "people"),
        Entry("账号", "/accounts", "lock"),
        Entry("发送渠道", "/channels", "send"),
        Entry("操作日志", "/audit", "clock"),
        Entry("系统", "/system", "home"),
    ),
    Role.EVALUATOR: (
        Entry("调查", "/surveys", "ear", ("/fieldwork",)),
        Entry("知晓率", "/awareness", "chart"),
        Entry("触达", "/results", "send"),
        Entry("报告", "/reports", "policy"),
    ),
    Role.INTERVIEWER: (Entry("访问", "/fieldwork", "ear"),),
    Role.OBSERVER: (_POLICIES, Entry("提意见", "/opinions/say", "text")),
    Role.DEPARTMENT: (Entry("交名单", "/lists", "file"),),
}
ACCOUNT = Entry("账号与密码", "/account", "lock")


def entries(actor: Actor, paths: Set[str]) -> list[Entry]:
    """What the actor finds in the navigation; `paths` are the pages that exist."""
    return [entry for entry in NAVIGATION[actor.role] if entry.path in paths]


def current(shown: list[Entry], path: str) -> Entry | None:
    """The entry under which a page lies."""
    under = [
        (place, entry)
        for entry in shown
        for place in (entry.path, *entry.also)
        if path == place or path.startswith(f"{place}/")
    ]
    return max(under, key=lambda one: len(one[0]), default=(None, None))[1]


def row(entry: Entry | None, paths: Set[str], path: str) -> list[Entry]:
    """The links over a page that stands in the row of its entry; none over the pages that lie deeper."""
    shown = [one for one in entry.row if one.path in paths] if entry else []
    return shown if any(one.path == path for one in shown) else []


def home(actor: Actor, paths: Set[str]) -> str:
    """Where the actor begins."""
    return next((entry.path for entry in entries(actor, paths)), ACCOUNT.path)
