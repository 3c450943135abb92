"""counts that pages read, and triggers that say which of them are old.

Revision: 0007
After: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
moment = sa.DateTime(timezone=True)

_PLACED = (
    "eligible",
    "unknown",
    "in_person",
    "delivered",
    "relayed",
    "published",
    "applied",
    "received",
)

_FACTS = (
    "region",
    "birth",
    "household_id",
    "sex",
    "hukou_region",
    "hukou_type",
    "circumstances",
    "circumstances_known",
    "income_month",
    "household_size",
    "paid_months",
    "paid_months_running",
    "job_kind",
    "language",
    "status",
)
_PHONE = ("phone_kind", "phone_closed", "merged_into")


def upgrade() -> None:
    """Go on."""
    _reach()
    _old_ones()
    _campaigns()
    _fill()
    # notices are few among messages, and found from the groups that they went to
    of_groups = sa.text("kind = 'group'")
    op.create_index(
        "ix_delivery_group",
        "delivery",
        ["addressee"],
        sqlite_where=of_groups,
        postgresql_where=of_groups,
    )
    left_out = sa.text("reason <> ''")
    op.create_index(
        "ix_delivery_subject_left_out",
        "delivery_subject",
        ["delivery_id"],
        sqlite_where=left_out,
        postgresql_where=left_out,
    )
    if op.get_bind().dialect.name == "sqlite":
        _watch_sqlite()
    else:
        _watch_postgresql()


def _reach() -> None:
    op.create_table(
        "reach_count",
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("village", code, nullable=False),
        *[sa.Column(name, sa.Integer(), nullable=False) for name in _PLACED],
        sa.PrimaryKeyConstraint("policy_id", "village", name=op.f("pk_reach_count")),
    )
    op.create_table(
        "reach_part",
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("village", code, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "policy_id", "village", "about", "one", "other", name=op.f("pk_reach_part")
        ),
    )
    op.create_table(
        "reach_counted",
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("home", code, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("checked_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_reach_counted")),
    )


def _old_ones() -> None:
    op.create_table(
        "reach_stale",
        sa.Column("id", row_id, nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("village", code, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_stale")),
        sa.UniqueConstraint("policy_id", "village", name=op.f("uq_reach_stale_policy_id_village")),
    )
    op.create_table(
        "reach_taken",
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("village", code, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("policy_id", "village", name=op.f("pk_reach_taken")),
    )
    op.create_table(
        "reach_note",
        sa.Column("id", row_id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=True),
        sa.Column("keys", document, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_note")),
    )


def _campaigns() -> None:
    cell = ("campaign_id", "step_id")
    words = ("state", "reason", "error")
    for kind, keyed in (("delta", False), ("count", True)):
        key = [] if keyed else [sa.Column("id", row_id, nullable=False)]
        op.create_table(
            f"why_{kind}",
            *key,
            *[sa.Column(name, sa.BigInteger(), nullable=False) for name in cell],
            sa.Column("village", code, nullable=False),
            *[sa.Column(name, sa.Text(), nullable=False) for name in words],
            sa.Column("n", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint(
                *((*cell, "village", *words) if keyed else ("id",)), name=op.f(f"pk_why_{kind}")
            ),
        )
        key = [] if keyed else [sa.Column("id", row_id, nullable=False)]
        whole = sa.BigInteger() if keyed else sa.Integer()
        op.create_table(
            f"spend_{kind}",
            *key,
            *[sa.Column(name, sa.BigInteger(), nullable=False) for name in cell],
            *[sa.Column(name, whole, nullable=False) for name in ("parts", "cost_fen", "resent")],
            sa.PrimaryKeyConstraint(*(cell if keyed else ("id",)), name=op.f(f"pk_spend_{kind}")),
        )


def _fill() -> None:
    """What was sent before is counted once."""
    op.execute(
        "INSERT INTO why_count (campaign_id, step_id, village, state, reason, error, n) "
        "SELECT campaign_id, step_id, village, state, reason, error, count(*) FROM delivery_state "
        "WHERE state IN ('skipped','refused','undelivered','unknown') "
        "GROUP BY campaign_id, step_id, village, state, reason, error"
    )
    taken = f"o.state IS NULL OR o.state NOT IN {_FREE}"
    op.execute(
        "INSERT INTO spend_count (campaign_id, step_id, parts, cost_fen, resent) "  # noqa: S608 - our own words
        f"SELECT d.campaign_id, d.step_id, sum(CASE WHEN {taken} THEN a.parts ELSE 0 END), "
        f"sum(CASE WHEN {taken} THEN a.cost_fen ELSE 0 END), sum(CASE WHEN a.resent THEN 1 ELSE 0 END) "
        "FROM attempt a JOIN delivery d ON d.id = a.delivery_id "
        "LEFT JOIN outcome o ON o.delivery_id = a.delivery_id AND o.no = a.no GROUP BY d.campaign_id, d.step_id"
    )


# -- SQLite: one writer at a time, so which count is old is known when something is written --------------

_SAME = "ON CONFLICT DO NOTHING"
_INTO = "INSERT INTO reach_stale (policy_id, village, since)"


def _of_person(row: str) -> str:
    return f"{_INTO} SELECT {row}.policy_id, substr(region, 1, 12), unixepoch() FROM person WHERE id = {row}.person_id {_SAME};"


def _of_delivery(row: str) -> str:
    return (
        f"{_INTO} SELECT s.policy_id, substr(p.region, 1, 12), unixepoch() FROM delivery_subject s "
        f"JOIN person p ON p.id = s.person_id WHERE s.delivery_id = {row}.delivery_id {_SAME};"
    )


def _of_place(row: str, policy: int = 0) -> str:
    return f"{_INTO} SELECT {policy}, substr({row}.region, 1, 12), unixepoch() WHERE true {_SAME};"


def _of_household(key: str) -> str:
    return f"{_INTO} SELECT 0, substr(region, 1, 12), unixepoch() FROM person WHERE household_id = {key} {_SAME};"


def _differs(columns: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)


def _person(row: str) -> str:
    return _of_place(row) + _of_household(f"{row}.household_id")


_FREE = "('deferred','refused','skipped')"
"""What the carrier certainly did not take costs nothing."""

_SPENT = "INSERT INTO spend_delta (campaign_id, step_id, parts, cost_fen, resent)"


def _spent(sign: str) -> str:
    """The attempt of a new or changed outcome, as often as `sign` says."""
    return (
        f"{_SPENT} SELECT d.campaign_id, d.step_id, ({sign}) * a.parts, ({sign}) * a.cost_fen, 0 FROM attempt a "
        "JOIN delivery d ON d.id = a.delivery_id WHERE a.delivery_id = NEW.delivery_id AND a.no = NEW.no;"
    )


_TRIED = "EXISTS (SELECT 1 FROM outcome WHERE delivery_id = NEW.delivery_id)"

_SQLITE = {
    "reach_counted_added": ("INSERT ON reach", "", _of_person("NEW")),
    "reach_counted_changed": ("UPDATE ON reach", "", _of_person("OLD") + _of_person("NEW")),
    "reach_counted_deleted": ("DELETE ON reach", "", _of_person("OLD")),
    "subject_counted_added": ("INSERT ON delivery_subject", "", _of_person("NEW")),
    "subject_counted_changed": (
        "UPDATE OF person_id, policy_id, delivery_id, reason ON delivery_subject",
        "",
        _of_person("OLD") + _of_person("NEW"),
    ),
    "subject_counted_deleted": ("DELETE ON delivery_subject", "", _of_person("OLD")),
    "outcome_counted_added": ("INSERT ON outcome", "", _of_delivery("NEW")),
    "outcome_counted_changed": (
        "UPDATE OF state, reason ON outcome",
        _differs(("state", "reason")),
        _of_delivery("NEW"),
    ),
    "outcome_counted_deleted": ("DELETE ON outcome", "", _of_delivery("OLD")),
    # a first attempt changes nothing: what is planned and what waits are one
    "attempt_counted_added": ("INSERT ON attempt", _TRIED, _of_delivery("NEW")),
    "attempt_counted_deleted": ("DELETE ON attempt", "", _of_delivery("OLD")),
    "attempt_spent": (
        "INSERT ON attempt",
        "",
        f"{_SPENT} SELECT NEW.campaign_id, step_id, NEW.parts, NEW.cost_fen, NEW.resent FROM delivery "
        "WHERE id = NEW.delivery_id;",
    ),
    "outcome_spent_added": ("INSERT ON outcome", f"NEW.state IN {_FREE}", _spent("-1")),
    "outcome_spent_changed": (
        "UPDATE OF state ON outcome",
        f"(NEW.state IN {_FREE}) <> (OLD.state IN {_FREE})",
        _spent(f"(OLD.state IN {_FREE}) - (NEW.state IN {_FREE})"),
    ),
    "person_counted_added": ("INSERT ON person", "", _person("NEW")),
    "person_counted_changed": (
        "UPDATE OF " + ", ".join(_FACTS) + " ON person",
        _differs(_FACTS),
        _person("OLD") + _person("NEW"),
    ),
    "person_counted_deleted": ("DELETE ON person", "", _person("OLD")),
    "person_counted_called": (
        "UPDATE OF " + ", ".join(_PHONE) + " ON person",
        _differs(_PHONE),
        _of_place("NEW", -1),
    ),
    "household_counted_changed": (
        "UPDATE OF complete ON household",
        _differs(("complete",)),
        _of_household("NEW.id"),
    ),
}


def _watch_sqlite() -> None:
    for name, (event, when, body) in _SQLITE.items():
        guard = f"WHEN {when} " if when else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW {guard}BEGIN {body} END")


# -- PostgreSQL: a statement adds a row that nobody else touches; the sweep finds out which count is old ----


_NOW = "floor(extract(epoch from now()))::bigint"  # a cast alone rounds up: later than the change


def _distinct(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{side}.{name}" for name in columns) for side in "on")
    return f"({old}) IS DISTINCT FROM ({new})"


def _note(kind: str, key: str, rows: str, where: str = "true") -> str:
    """A note of what stands in a column; none when there is nothing. rows: a table or a query that has it."""
    return (
        f"INSERT INTO reach_note (kind, keys, since) SELECT '{kind}', jsonb_agg(DISTINCT {key}), {_NOW} FROM {rows} "
        f"WHERE {where} HAVING count({key}) > 0;"
    )


def _note_people(rows: str) -> str:
    return (
        "INSERT INTO reach_note (kind, policy_id, keys, since) "
        f"SELECT 'person', policy_id, jsonb_agg(DISTINCT person_id), {_NOW} FROM {rows} GROUP BY policy_id;"
    )


def _note_facts(rows: str) -> str:
    village = "substr(x.region, 1, 12)"
    return _note("place", village, f"{rows} x") + _note(
        "household", "x.household_id", f"{rows} x", "x.household_id IS NOT NULL"
    )


def _changed(columns: tuple[str, ...], side: str) -> str:
    return f"(SELECT {side}.* FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE {_distinct(columns)})"


_ADDED = "REFERENCING NEW TABLE AS new_rows"
_CHANGED = "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
_DELETED = "REFERENCING OLD TABLE AS old_rows"
_BOTH = "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)"


def _of_delivery_row(row: str) -> str:
    return (
        "INSERT INTO reach_note (kind, keys, since) "
        f"VALUES ('delivery', jsonb_build_array({row}.delivery_id), {_NOW});"
    )


def _if(condition: str, then: str) -> str:
    return f"IF {condition} THEN {then} END IF;"


_WAS, _IS = (f"({row}.state IN {_FREE})::int" for row in ("OLD", "NEW"))

_ROWS = {
    ("attempt", "INSERT"): (
        f"{_SPENT} SELECT NEW.campaign_id, step_id, NEW.parts, NEW.cost_fen, NEW.resent::int FROM delivery "
        f"WHERE id = NEW.delivery_id;" + _if(_TRIED, _of_delivery_row("NEW"))
    ),
    ("outcome", "INSERT"): _of_delivery_row("NEW") + _if(f"NEW.state IN {_FREE}", _spent("-1")),
    ("outcome", "UPDATE"): (
        _if("(OLD.state, OLD.reason) IS DISTINCT FROM (NEW.state, NEW.reason)", _of_delivery_row("NEW"))
        + _if(f"{_WAS} <> {_IS}", _spent(f"{_WAS} - {_IS}"))
    ),
}  # fmt: skip
"""A sender writes attempts and outcomes in statements of one row: there a row is cheaper to watch than a statement."""

_POSTGRESQL = {
    ("reach", "INSERT"): (_ADDED, _note_people("new_rows")),
    ("reach", "UPDATE"): (_CHANGED, _note_people(f"{_BOTH} x")),
    ("reach", "DELETE"): (_DELETED, _note_people("old_rows")),
    ("delivery_subject", "INSERT"): (_ADDED, _note_people("new_rows")),
    ("delivery_subject", "UPDATE"): (_CHANGED, _note_people(
        "(SELECT person_id, policy_id FROM (SELECT delivery_id, person_id, policy_id, reason FROM old_rows EXCEPT "
        "SELECT delivery_id, person_id, policy_id, reason FROM new_rows) a UNION ALL "
        "SELECT person_id, policy_id FROM (SELECT delivery_id, person_id, policy_id, reason FROM new_rows EXCEPT "
        "SELECT delivery_id, person_id, policy_id, reason FROM old_rows) b) x"
    )),
    ("delivery_subject", "DELETE"): (_DELETED, _note_people("old_rows")),
    ("outcome", "DELETE"): (_DELETED, _note("delivery", "x.delivery_id", "old_rows x")),
    ("attempt", "DELETE"): (_DELETED, _note("delivery", "x.delivery_id", "old_rows x")),
    ("person", "INSERT"): (_ADDED, _note_facts("new_rows")),
    ("person", "DELETE"): (_DELETED, _note_facts("old_rows")),
    ("person", "UPDATE"): (
        _CHANGED,
        _note_facts(_changed(_FACTS, "o")) + _note_facts(_changed(_FACTS, "n"))
        + _note("phone", "substr(x.region, 1, 12)", f"{_changed(_PHONE, 'n')} x"),
    ),
    ("household", "UPDATE"): (_CHANGED, _note("household", "x.id", f"{_changed(('complete',), 'n')} x")),
}  # fmt: skip


def _watch_postgresql() -> None:
    for (table, event), body in _ROWS.items():
        name = f"{table}_counted_{event.lower()}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    for (table, event), (rows, body) in _POSTGRESQL.items():
        name = f"{table}_counted_{event.lower()}"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for table, event in (*_ROWS, *_POSTGRESQL):
            name = f"{table}_counted_{event.lower()}"
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_delivery_subject_left_out", "delivery_subject")
    op.drop_index("ix_delivery_group", "delivery")
    for name in (
        "spend_count",
        "spend_delta",
        "why_count",
        "why_delta",
        "reach_note",
        "reach_taken",
        "reach_stale",
        "reach_counted",
        "reach_part",
        "reach_count",
    ):
        op.drop_table(name)
