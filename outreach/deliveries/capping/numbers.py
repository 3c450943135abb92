"""How often a number was written to, over all campaigns: one row for a number, a day and a text.

The row of today is taken first, so that two senders that write to the same number at once see each other.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, select, update

from outreach.deliveries.capping.schemas import Counting, Taken
from outreach.deliveries.limits import Frequency, Limits, Repeat
from outreach.deliveries.orders import Orders
from outreach.deliveries.states import Reason
from outreach.models.deliveries import ContactDay, Delivery
from outreach.store import among_named, built_once, upsert_on

if TYPE_CHECKING:
    from outreach.deliveries.outgoing import Item

PUBLICITY = "publicity"
"""The class of messages that is capped; what somebody has a right to know is not."""

CARRIER_DAYS = 2
"""A carrier counts 24 hours; we know days, and count today and yesterday."""

Pair = tuple[bytes, bytes]
"""(number, text), both as digests."""

_History = dict[tuple[date, bytes], list[int]]
"""What one number got: (day, text) → [how many, how many of them 宣传]."""


def count(connection: Connection, how: Counting, signed: Orders, taken: Taken) -> None:
    """Count the chunk's numbers; what is one too many is taken out and not counted."""
    cap, repeat = _rules(how, signed)
    if not taken.fresh or (cap is None and repeat is None):
        return
    pairs = _pairs(connection, taken.fresh)
    taken.publicity = cap is not None
    _add(connection, how, list(pairs.values()), publicity=taken.publicity)
    days = max(cap.days if cap else 0, CARRIER_DAYS if repeat else 0)
    history = _history(connection, how, {key for key, _ in pairs.values()}, days)
    for one, (key, text) in pairs.items():
        reason = _capped(history[key], how.today, cap) or _equal(history[key], text, how, repeat)
        late = not reason and _different(history[key], how, repeat)
        if reason:
            taken.skip({one: reason})
        elif late:  # the texts of today have left the carrier's window by then
            taken.put_off({one: how.tomorrow + timedelta(days=CARRIER_DAYS - 1)})
        else:
            taken.counted[one] = (key, text)
            continue
        here = history[key][how.today, text]
        here[0], here[1] = here[0] - 1, here[1] - taken.publicity
    out = [pair for one, pair in pairs.items() if one not in taken.counted]
    uncount(connection, how, out, publicity=taken.publicity)


def _rules(how: Counting, signed: Orders) -> tuple[Frequency | None, Repeat | None]:
    """By what a campaign's messages are counted: ours, and the carrier's."""
    cap = how.limits.frequency.get(signed.channel) if signed.message_class == PUBLICITY else None
    cap = cap if cap is not None and cap.most else None
    return cap, how.repeat if signed.channel == "sms" else None


def forget_refused(
    connection: Connection, how: Counting, signed: Orders, refused: Sequence[Item]
) -> None:
    """Numbers that were counted today and that the carrier then refused."""
    cap, repeat = _rules(how, signed)
    if refused and (cap or repeat):
        every = {item.addressee.delivery_id: item for item in refused}
        pairs = list(_pairs(connection, every).values())
        uncount(connection, how, pairs, publicity=cap is not None)


def forget(connection: Connection, limits: Limits, today: date) -> None:
    """Drop what no cap looks back to any more, so that the counts never grow with what was sent."""
    longest = max([CARRIER_DAYS, *(one.days for one in limits.frequency.values())])
    connection.execute(delete(ContactDay).where(ContactDay.on <= today - timedelta(days=longest)))


def _capped(history: _History, today: date, cap: Frequency | None) -> str:
    if cap is None:
        return ""
    since = today - timedelta(days=cap.days)
    published = sum(row[1] for (day, _), row in history.items() if day > since)
    return Reason.CAPPED.value if published > cap.most else ""


def _lately(history: _History, today: date) -> Counter[bytes]:
    """Text → how often, in the days that a carrier looks at."""
    found: Counter[bytes] = Counter()
    for (day, words), row in history.items():
        if day > today - timedelta(days=CARRIER_DAYS) and row[0]:
            found[words] += row[0]
    return found


def _equal(history: _History, text: bytes, how: Counting, repeat: Repeat | None) -> str:
    many = repeat is not None and _lately(history, how.today)[text] > repeat.identical
    return Reason.DUPLICATE.value if many else ""


def _different(history: _History, how: Counting, repeat: Repeat | None) -> bool:
    return repeat is not None and len(_lately(history, how.today)) > repeat.different


def _pairs(connection: Connection, fresh: Mapping[int, Item]) -> dict[int, Pair]:
    """Delivery → number and text; what has no number is not counted."""
    rows: Iterable[tuple[int, Any]] = connection.execute(_NUMBERS, {"ids": fresh})
    return {key: (bytes(number), _digest(fresh[key].composed.text)) for key, number in rows}


_NUMBERS = select(Delivery.id, Delivery.address_key).where(
    among_named(Delivery.id, "ids"), Delivery.address_key.is_not(None)
)


@lru_cache(maxsize=1024)  # many numbers get the same words
def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def _add(connection: Connection, how: Counting, pairs: Sequence[Pair], *, publicity: bool) -> None:
    """One more for each, in the order of numbers, so that two senders never wait for each other crosswise."""
    rows = [
        {
            "address_key": key, "channel": how.account.channel, "on": how.today, "text": text, "n": n,
            "publicity": n if publicity else 0,
        }
        for (key, text), n in sorted(Counter(pairs).items())
    ]  # fmt: skip
    if not rows:
        return
    connection.execute(_more(connection), rows)


@built_once
def _more(dialect: str) -> Any:
    statement = upsert_on(dialect, ContactDay)
    more = {
        "n": ContactDay.n + statement.excluded.n,
        "publicity": ContactDay.publicity + statement.excluded.publicity,
    }
    return statement.on_conflict_do_update(
        index_elements=["address_key", "channel", "on", "text"], set_=more
    )


def uncount(
    connection: Connection, how: Counting, pairs: Sequence[Pair], *, publicity: bool
) -> None:
    """One less for each."""
    if not pairs:
        return
    connection.execute(
        update(ContactDay)
        .where(
            ContactDay.address_key == bindparam("key"),
            ContactDay.text == bindparam("words"),
            ContactDay.channel == how.account.channel,
            ContactDay.on == how.today,
            ContactDay.n > 0,
        )
        .values(n=ContactDay.n - 1, publicity=ContactDay.publicity - int(publicity)),
        [{"key": key, "words": text} for key, text in sorted(pairs)],
    )


def _history(
    connection: Connection, how: Counting, keys: Collection[bytes], days: int
) -> dict[bytes, _History]:
    since = how.today - timedelta(days=days)
    wanted = {"keys": list(keys), "channel": how.account.channel, "since": since}
    found: dict[bytes, _History] = defaultdict(dict)
    for key, on, text, n, publicity in connection.execute(_WRITTEN, wanted):
        found[bytes(key)][on, bytes(text)] = [n, publicity]
    return found


_WRITTEN = select(
    ContactDay.address_key, ContactDay.on, ContactDay.text, ContactDay.n, ContactDay.publicity
).where(
    ContactDay.address_key.in_(bindparam("keys", expanding=True)),
    ContactDay.channel == bindparam("channel"),
    ContactDay.on > bindparam("since"),
)
