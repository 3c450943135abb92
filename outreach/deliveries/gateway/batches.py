"""What went into which file: read back from the attempts and the marks that their outcomes carry.

A row's mark stands where a carrier's own number would stand (`outcome.provider_id`, unique), and it is written
with the attempt. So a file can be made again from the books alone, the same rows in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from channels.base import Message
from outreach.deliveries import pace
from outreach.deliveries.filing import Filed
from outreach.deliveries.outgoing import BODY_FIELD, PHONE_FIELD, reference
from outreach.models.deliveries import Attempt, Counter, Delivery, Outcome
from outreach.models.people import Person
from outreach.vault import Vault

_COUNTER = "gateway:batches"
_WIDTH = len("gw00000001-")


@dataclass(frozen=True)
class Ordered:
    """Whose messages: the campaign, and what the cover says of it."""

    campaign_id: int
    ref: str
    office: str


@dataclass(frozen=True)
class Row:
    """One row of a file. `address` and `body` are encrypted; `state` is the outcome's, as it stands now."""

    batch: int
    delivery_id: int
    no: int
    state: str
    account_id: int
    address: str
    body: str
    cost_fen: int
    synthetic: bool
    variant_id: int

    @property
    def attempt(self) -> tuple[int, int]:
        """(delivery, attempt)."""
        return self.delivery_id, self.no

    def message(self, vault: Vault, filed: Filed | None = None) -> Message:
        """The row in the clear; filed: the template as which its text is filed."""
        text = vault.decrypt(BODY_FIELD, self.body)
        template, params = (filed.says(text) if filed else None) or (None, ())
        return Message(
            to=vault.decrypt(PHONE_FIELD, self.address),
            text=text,
            reference=reference(vault, self.delivery_id, self.no),
            template_id=template,
            params=params,
        )


@dataclass(frozen=True)
class Batch:
    """A file that was handed over: how many rows, and of how many nobody knows yet."""

    number: int
    rows: int
    unknown: int


def take_number(connection: Connection) -> int:
    """The next number of a batch; given back when the transaction is."""
    pace.reserve(connection, _COUNTER, 1, None)
    return int(connection.scalar(select(Counter.n).where(Counter.name == _COUNTER)) or 0)


def mark(batch: int, row: int) -> str:
    """The mark of a row, by which its batch is found again; sorts as the rows do."""
    return f"{_prefix(batch)}{row:07d}"


def _prefix(batch: int) -> str:
    return f"gw{batch:08d}-"


def _marked() -> ColumnElement[bool]:
    """Outcomes that stand in files, found from their marks and not from all deliveries of a campaign."""
    mark = Outcome.provider_id
    return and_(mark >= "gw", mark < "gx", mark.startswith("gw"))


def rows(connection: Connection, campaign: int, batch: int | None = None) -> list[Row]:
    """The rows of a campaign's batch, or of all its batches, in the order of the files."""
    marked = Outcome.provider_id.startswith("gw" if batch is None else _prefix(batch))
    found = connection.execute(
        select(
            Outcome.provider_id, Outcome.delivery_id, Outcome.no, Outcome.state, Attempt.account_id,
            Attempt.address, Attempt.body, Attempt.cost_fen, func.coalesce(Person.synthetic, False),
            Attempt.variant_id,
        )
        .join(Delivery, Delivery.id == Outcome.delivery_id)
        .join(
            Attempt, and_(Attempt.delivery_id == Outcome.delivery_id, Attempt.no == Outcome.no)
        )
        .outerjoin(Person, and_(Delivery.kind == "person", Person.id == Delivery.addressee))
        .where(Delivery.campaign_id == campaign, marked)
    ).all()  # fmt: skip
    # sorted here, byte by byte: a database sorts by the rules of its language
    return [
        Row(int(str(row[0])[2 : _WIDTH - 1]), *list(row)[1:])
        for row in sorted(found, key=lambda row: str(row[0]))
    ]


def summary(connection: Connection, campaign: int) -> list[Batch]:
    """The batches of a campaign, oldest first."""
    number = func.substr(Outcome.provider_id, 1, _WIDTH)
    unknown = func.sum(case((Outcome.state == "unknown", 1), else_=0))
    found: Sequence[tuple[str, int, int]] = connection.execute(
        select(number, func.count(), unknown)
        .join(Delivery, Delivery.id == Outcome.delivery_id)
        .where(Delivery.campaign_id + 0 == campaign, _marked())
        .group_by(number)
    ).all()
    return sorted(
        (Batch(int(one[2:-1]), int(count), int(open_)) for one, count, open_ in found),
        key=lambda batch: batch.number,
    )
