"""What the pages about accounts, rehearsals and files for consoles show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.web.views.common import Choice


@dataclass(frozen=True)
class Mark:
    """A state in words with its shape: yes ask bad no."""

    kind: str
    words: str


@dataclass(frozen=True)
class AccountLine:
    """An account in the list. pace and goes in words; marks: what to look at."""

    name: str
    href: str
    channel: str
    provider: str
    pace: str
    goes: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class ChannelsView:
    """发送渠道."""

    accounts: tuple[AccountLine, ...]


@dataclass(frozen=True)
class FilingLine:
    """A signature or a text, and how far it is. `place` names it to the form."""

    kind: str
    place: str
    mark: Mark
    number: str
    parameters: str
    by: str
    at: datetime | None
    note: str = ""


@dataclass(frozen=True)
class BasisLine:
    """A recorded basis. action: where to end it; '' when it is over."""

    words: str
    document: str
    by: str
    at: datetime
    ended_at: datetime | None
    action: str = ""


@dataclass(frozen=True)
class AccountPage:
    """One account. abroad: its data leaves the mainland; may_go: a basis holds, or none is needed."""

    name: str
    href: str
    channel: str
    provider: str
    pace: str
    goes: str
    abroad: bool
    may_go: bool
    two_way: bool
    opt_out: str
    needs: str
    rehearsal: str
    is_sms: bool
    filings: tuple[FilingLine, ...] = ()
    bases: tuple[BasisLine, ...] = ()
    texts: tuple[Choice, ...] = ()
    statuses: tuple[Choice, ...] = ()
    problem: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """One text on one network."""

    network: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True)
class RehearsedText:
    """A text and what became of it on each network."""

    text: str
    language: str
    count: int
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class CarriedStep:
    """A step that sends text messages, and whether its account may carry it."""

    number: int
    account: str
    goes: str
    may_go: bool
    advised: tuple[str, ...]
    lacking: tuple[str, ...]
    rehearsed: Mark
    required: bool
    texts: tuple[RehearsedText, ...]
    action: str = ""
    files: bool = False


@dataclass(frozen=True)
class CarrierView:
    """短信通道 of a campaign. networks: whose phones a rehearsal needs."""

    title: str
    href: str
    steps: tuple[CarriedStep, ...]
    networks: tuple[Choice, ...]
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchLine:
    """A file that was handed over. again: where a named person has it written once more; '' once results came in."""

    number: int
    rows: int
    unknown: int
    again: str = ""


@dataclass(frozen=True)
class Settling:
    """What a result file says, before it is settled or after. counts: words with numbers; listed: unusable rows."""

    name: str
    rows: int
    counts: tuple[tuple[str, int], ...]
    repeated: int
    waiting: int
    absent: int
    unknown: int
    listed: Sequence[str]
    action: str = ""
    problem: str = ""


@dataclass(frozen=True)
class FilesView:
    """走文件发送 of a campaign."""

    title: str
    href: str
    batches: tuple[BatchLine, ...]
    may_hand_over: bool
    hint: str
    problem: str = ""
    settling: Settling | None = None
    most_megabytes: int = 32


@dataclass(frozen=True)
class NoticeView:
    """The page behind the code on a sheet: what the notice is about, for everybody alike."""

    office: str
    phone: str
    policies: tuple[tuple[str, str], ...]
    action: str
    say: str  # where a resident writes an opinion
    ask: str = ""  # where they may fill in a questionnaire; '' when none is open
    done: bool = False
    problem: str = ""
    number: str = ""
