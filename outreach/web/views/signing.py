"""What is signed: who gets which words, how they are billed, and who has signed so far."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.web.views.campaigns import LiveCampaign
from outreach.web.views.common import Link
from outreach.web.views.previews import SmsPart
from outreach.web.views.sketches import SketchLine
from outreach.wording.figures import fingerprint


@dataclass(frozen=True)
class Message:
    """One distinct text: how many get it, in which language, as it is split and billed."""

    count: int
    unit: str  # 人 or 个群
    language: str
    length: int
    parts: tuple[SmsPart, ...]
    forced_at: int = 0  # 1-based place of the forcing character, 0 when there is none
    note: str = ""

    @property
    def billed(self) -> str:
        """The line above the bubble."""
        return f"{self.count:,} {self.unit}·每{self.unit[-1]} {len(self.parts)} 条"


@dataclass(frozen=True)
class StepPlan:
    """One step before it is sent. `gaps`: language → people who would get nothing."""

    number: int
    channel: str
    when: str
    note: str
    sms: bool
    recipients: int
    billed: int
    cost: str
    messages: tuple[Message, ...] = ()
    gaps: tuple[tuple[str, int], ...] = ()
    preview: str = ""  # where all of its texts are listed
    texts: int = 0
    unit: str = "人"


@dataclass(frozen=True)
class Signature:
    """One place in the sign-off chain."""

    label: str
    who: str
    when: str
    state: str  # done cur todo
    note: str = ""
    paper: str = ""  # where the scan is, of one that was signed with a pen


@dataclass(frozen=True)
class Figure:
    """One big number with its unit and what it means."""

    icon: str
    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True)
class Move:
    """A button that changes the campaign: where its form goes, and what to say beside it."""

    label: str
    action: str
    kind: str = ""  # primary danger
    icon: str = ""
    note: str = ""
    ask_first: bool = False  # leads to a page that asks once more


@dataclass(frozen=True)
class StopLine:
    """Something that the checks stop. `action`: where its form goes, '' when this user may not let it pass, or nobody."""

    text: str
    code: str
    subject: str
    action: str = ""


@dataclass(frozen=True)
class PassedLine:
    """What somebody let pass: the thing as it stood, who and when, why."""

    what: str
    who: str
    when: str
    reason: str


@dataclass(frozen=True)
class PaperForm:
    """Where a scan of the signed slip is handed in: for which level, signed between which days (ISO); what was typed."""

    action: str
    level: str
    name: str
    first: str
    today: str
    signer: str = ""
    on: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class LeftRow:
    """One step of a campaign that is stopped, or all of them: how many deliveries are where."""

    name: str
    planned: int
    with_carrier: int
    in_flight: int
    unknown: int
    not_sent: int
    kept_back: int  # refused by the carrier, or skipped with a reason
    note: str = ""


@dataclass(frozen=True)
class LeftView:
    """What is left of a campaign: by step, and together."""

    rows: tuple[LeftRow, ...]
    total: LeftRow


@dataclass(frozen=True)
class OwedLine:
    """A signature that is to be given afterwards, and is not there yet."""

    title: str
    href: str
    level: str
    due: str
    overdue: bool
    mine: bool  # whether this user may sign it


@dataclass(frozen=True)
class SigningView:
    """A campaign with everything that a signature stands for. `hash` is '' before it was submitted."""

    ref: str
    title: str
    href: str
    status: str
    tag: str
    place: str
    policies: str
    figures: tuple[Figure, ...] = ()
    steps: tuple[StepPlan, ...] = ()
    chain: tuple[Signature, ...] = ()
    hash: str = ""
    faults: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    sign: str = ""  # where the signature's form goes, '' when this user may not sign
    send_back: str = ""
    not_me: str = ""  # why this user may not sign it
    problem: str = ""
    slip: str = ""  # where the paper to sign is, '' of a draft
    remarks: tuple[tuple[str, str], ...] | None = (
        None  # tag, sentence; None of a draft that nobody has looked at
    )
    turn: str = ""  # the level that the form signs
    urgent: str = ""  # why it is urgent
    lists: tuple[str, ...] = ()  # what it rests on, each with its date
    stops: tuple[StopLine, ...] = ()
    passed: tuple[PassedLine, ...] = ()
    paper: PaperForm | None = None
    left: LeftView | None = None  # of a campaign that stands still in the middle
    waves: tuple[str, ...] = ()  # 分批推送: how it was drawn, then one line for each wave

    @property
    def short_hash(self) -> str:
        """Three groups of four, to be read aloud."""
        return fingerprint(self.hash)


@dataclass(frozen=True)
class CampaignView:
    """The page of one campaign: its progress once it is released, and what was signed."""

    signing: SigningView
    live: LiveCampaign | None = None
    may_write: bool = False
    draft: bool = False


@dataclass(frozen=True)
class CampaignLine:
    """One row of the list."""

    title: str
    href: str
    status: str
    tag: str
    place: str
    people: str
    when: str


@dataclass(frozen=True)
class CampaignsView:
    """宣传任务."""

    rows: tuple[CampaignLine, ...]
    first_steps: tuple[Link, ...] = ()
    sketches: tuple[SketchLine, ...] = ()  # what is still being written
    may_write: bool = False
    unknown: int = 0  # deliveries that wait for a person


@dataclass(frozen=True)
class ApprovalsView:
    """待我审批."""

    waiting: tuple[SigningView, ...]
    done: tuple[CampaignLine, ...] = ()
    owed: tuple[OwedLine, ...] = ()
    others: tuple[CampaignLine, ...] = ()  # submitted, and another's turn


@dataclass(frozen=True)
class SureView:
    """A page that asks once more before something that cannot be taken back."""

    title: str
    text: str
    action: str
    label: str
    back: str
    left: LeftView | None = None
