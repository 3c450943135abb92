"""What a person does not want, as their page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class RefusalLine:
    """One open refusal. channel, kind, of_number: what its form sends to take it back."""

    words: str  # 不要短信：宣传
    note: str  # 按号码，回短信退订
    at: datetime
    channel: str
    kind: str
    of_number: bool
    may_end: bool


@dataclass(frozen=True)
class RefusalsView:
    """不要的消息. sharing: how many people have the number, 0 without one."""

    lines: tuple[RefusalLine, ...]
    channels: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    sharing: int
    may_write: bool
