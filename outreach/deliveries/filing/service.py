"""How far a signature and a text are with an account's operators. A changed text is another one, so it is unfiled again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Connection, bindparam, func, select

from channels.providers import Kind as Kind
from channels.providers import provider
from outreach import clock
from outreach.access import audit
from outreach.access.roles import Action
from outreach.deliveries.accounts import AccountView
from outreach.deliveries.filing.templates import Slotted, slotted
from outreach.errors import Invalid
from outreach.messages import facts
from outreach.messages.schemas import Place
from outreach.models.deliveries import Filing
from outreach.models.messages import Variant
from outreach.store import upsert

Status = Literal["none", "pending", "filed", "rejected"]
"""未报备 审核中 已报备 被退回."""

STATUSES: tuple[Status, ...] = get_args(Status)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class NewFiling:
    """What somebody says about a signature or a text.

    name: the signature without brackets, or the place of the text (sms/zh-Hans/childcare-2025); number: of the template
    at the operator; parameters: the facts that fill its gaps, in order, None = every fact that varies.
    """

    kind: Kind
    name: str
    status: Status
    number: str = ""
    parameters: Sequence[str] | None = None
    note: str = ""


@dataclass(frozen=True)
class Wanted:
    """What must be filed before something is sent, and how far it is. kind and name as in NewFiling."""

    kind: Kind
    name: str
    status: Status


@dataclass(frozen=True)
class Standing:
    """A row of the table. current: it is about the newest version of its text (signatures always)."""

    id: int
    kind: Kind
    name: str
    status: Status
    number: str
    parameters: tuple[str, ...]
    note: str
    by: str
    at: datetime
    current: bool


@dataclass(frozen=True)
class Filed:
    """A text that is filed: its number, the parameters in order, and its shape (None: it has no gaps to be read)."""

    number: str
    parameters: tuple[str, ...]
    shape: Slotted | None

    def says(self, text: str) -> tuple[str, tuple[str, ...]] | None:
        """(template number, ordered parameters) for a rendered text; None when the template cannot say it."""
        values = None if self.shape is None else self.shape.values(text, self.parameters)
        return None if values is None else (self.number, values)


def needed(account: AccountView) -> tuple[Kind, ...]:
    """What an account's operators want filed: as its option `filing` says, else as its provider is known to want."""
    chosen = account.options.get("filing")
    if chosen is None:
        return provider(account.provider).filing
    if isinstance(chosen, bool):
        return KINDS if chosen else ()
    return tuple(kind for kind in KINDS if kind in chosen)


def put(connection: Connection, account: AccountView, new: NewFiling, by: str) -> int:
    """Write down how far it is; the newest version of a text is meant. Returns the row's number.

    Invalid: filing.no_text, filing.parameter, filing.number_missing, filing.name_missing.
    """
    name, digest, parameters = _checked(connection, new)
    values = {
        "account_id": account.id, "kind": new.kind, "name": name, "text_hash": digest, "number": new.number.strip(),
        "parameters": list(parameters), "status": new.status, "note": new.note.strip(), "by": by, "at": clock.now(),
    }  # fmt: skip
    statement = upsert(connection, Filing).values(**values)
    told = {key: values[key] for key in ("number", "parameters", "status", "note", "by", "at")}
    statement = statement.on_conflict_do_update(
        index_elements=["account_id", "kind", "name", "text_hash"], set_=told
    )
    key = connection.scalar(statement.returning(Filing.id))
    told = {"kind": new.kind, "name": name, "status": new.status, "number": new.number.strip()}
    thing = f"account:{account.name}"
    audit.record(connection, by, Action.CHANNELS_MANAGE, thing, {"filing": told})
    return int(key or 0)


def _checked(connection: Connection, new: NewFiling) -> tuple[str, str, Sequence[str]]:
    """(name, hash of the text, parameters)."""
    name = new.name.strip()
    if new.kind == "signature":
        name = name.strip("【】[] ")
        if not name:
            raise Invalid("filing.name_missing")
        return name, "", ()
    text = newest_texts(connection).get(name)
    if text is None:
        raise Invalid("filing.no_text", text=name)
    if new.status == "filed" and not new.number.strip():
        raise Invalid("filing.number_missing", text=name)
    shape = slotted(text[1])
    known = () if shape is None else shape.names
    parameters = new.parameters
    if parameters is None:
        parameters = () if shape is None else shape.parameters
    for one in parameters:
        if one not in known:
            raise Invalid("filing.parameter", text=name, parameter=one, known="、".join(known))
    return name, text[0], parameters


def listed(connection: Connection, account: int) -> list[Standing]:
    """Everything that is written down for an account: signatures, then texts by place, current versions first."""
    now = {name: digest for name, (digest, _) in newest_texts(connection).items()}
    rows = connection.execute(select(Filing).where(Filing.account_id == account)).mappings()
    found = [
        Standing(
            row["id"], row["kind"], row["name"], row["status"], row["number"], tuple(row["parameters"]), row["note"],
            row["by"], row["at"], row["kind"] == "signature" or now.get(row["name"]) == row["text_hash"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.kind, one.name, not one.current, -one.id))


def lacking(
    connection: Connection, account: AccountView, office: str, variants: Collection[int]
) -> list[Wanted]:
    """What keeps an account from sending texts in an office's name: whatever it needs that is not filed."""
    wants = needed(account)
    if not wants:
        return []
    status = {
        (row.kind, row.name, row.text_hash): row.status
        for row in connection.execute(
            select(Filing.kind, Filing.name, Filing.text_hash, Filing.status).where(
                Filing.account_id == account.id
            )
        )
    }
    asked: list[tuple[Kind, str, str]] = []
    if "signature" in wants:
        asked.append(("signature", office, ""))
    if "template" in wants:
        texts = _versions(connection, variants)
        asked += [("template", str(place), digest) for place, digest, _ in texts.values()]
    return [
        Wanted(key[0], key[1], status.get(key, "none"))
        for key in dict.fromkeys(asked)
        if status.get(key) != "filed"
    ]


def signature(connection: Connection, account: int, office: str) -> str:
    """【office】 as an account has filed it; '' where it has not."""
    row = connection.execute(
        select(Filing.name).where(
            Filing.account_id == account, Filing.kind == "signature", Filing.name == office,
            Filing.status == "filed",
        )
    ).first()  # fmt: skip
    return "" if row is None else facts.signature(row.name)


def carried(connection: Connection, account: int, variants: Collection[int]) -> dict[int, Filed]:
    """Version of a text → the template that an account sends it as; {} for an account without filed templates."""
    rows = {
        (row.name, row.text_hash): row
        for row in connection.execute(_FILED_TEMPLATES, {"account": account})
    }
    if not rows:
        return {}
    found = {}
    for key, (place, digest, body) in _versions(connection, variants).items():
        row = rows.get((str(place), digest))
        if row is not None and row.number:
            found[key] = Filed(row.number, tuple(row.parameters), slotted(body))
    return found


_FILED_TEMPLATES = select(Filing.name, Filing.text_hash, Filing.number, Filing.parameters).where(
    Filing.account_id == bindparam("account"), Filing.kind == "template", Filing.status == "filed"
)
_PLACE = tuple(getattr(Variant, name) for name in Place._fields)


def _versions(
    connection: Connection, variants: Collection[int]
) -> Mapping[int, tuple[Place, str, str]]:
    """Version → (place, hash, body)."""
    rows = connection.execute(
        select(Variant.id, Variant.hash, Variant.body, *_PLACE)
        .where(Variant.id.in_(set(variants)))
        .order_by(Variant.id)
    )
    return {row[0]: (Place(*row[3:]), row[1], row[2]) for row in rows}


def newest_texts(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """Place of a text message → (hash, body) of its newest version."""
    last = select(func.max(Variant.id)).where(Variant.channel == "sms").group_by(*_PLACE)
    rows = connection.execute(
        select(Variant.hash, Variant.body, *_PLACE).where(
            Variant.id.in_(last), Variant.retired.is_(False)
        )
    )
    return {str(Place(*row[2:])): (row[0], row[1]) for row in rows}
