"""people, segments and policies at full depth.

Revision: 0002
After: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
moment = sa.DateTime(timezone=True)

_BEFORE = [
    "sex", "hukou_region", "hukou_type", "circumstances", "circumstances_known", "income_month", "household_size",
    "language", "status",
]
_NOW = [*_BEFORE[:7], "paid_months", "paid_months_running", "job_kind", *_BEFORE[7:]]


def _make_match(rest: list[str], sqlite: bool) -> None:
    """The two covering indexes hold every column that a rule or the preview reads."""
    if sqlite:
        op.create_index("ix_person_match", "person", ["region", "birth", *rest])
        op.create_index("ix_person_match_hukou", "person", ["hukou_region", "birth", "region", rest[0], *rest[2:]])
        return
    op.create_index("ix_person_match", "person", ["region", "birth"], postgresql_include=rest)
    op.create_index(
        "ix_person_match_hukou", "person", ["hukou_region", "birth"], postgresql_include=["region", rest[0], *rest[2:]]
    )


def _drop_match() -> None:
    op.drop_index("ix_person_match_hukou", "person")
    op.drop_index("ix_person_match", "person")


_FACTS = (
    "region", "birth", "household_id", "sex", "hukou_region", "hukou_type", "circumstances", "circumstances_known",
    "income_month", "household_size", "paid_months", "paid_months_running", "job_kind", "language", "status",
)
_WATCHED = {"person": _FACTS, "household": ("complete",)}


def _watch(sqlite: bool) -> None:
    """Triggers that say when facts of people change, whoever changes them.

    On SQLite rows that are only added are not counted here (they are told by the number of rows): an import stays
    fast. On PostgreSQL a statement costs one row.
    """
    if sqlite:
        op.execute("INSERT INTO register_change (id, number) VALUES (1, 0)")
        for table, columns in _WATCHED.items():
            for name, when in (("updated", "UPDATE OF " + ", ".join(columns)), ("deleted", "DELETE")):
                op.execute(
                    f"CREATE TRIGGER {table}_{name} AFTER {when} ON {table} BEGIN "
                    "INSERT INTO register_change (id, number) VALUES (1, 1) "
                    "ON CONFLICT (id) DO UPDATE SET number = number + 1; END"
                )
        return
    op.execute(
        "CREATE FUNCTION register_changed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO register_change (number) VALUES (1); RETURN NULL; END $$"
    )
    for table, columns in _WATCHED.items():
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF {', '.join(columns)} "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION register_changed()"
        )


def _unwatch(sqlite: bool) -> None:
    for table in _WATCHED:
        for name in ("updated", "deleted") if sqlite else ("changed",):
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION register_changed()")


def upgrade() -> None:
    """Go forward."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _drop_match()
    op.create_table('segment',
    sa.Column('id', row_id, nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('rule', document, nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('created_at', moment, nullable=False),
    sa.Column('updated_at', moment, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment')),
    sa.UniqueConstraint('ref', name=op.f('uq_segment_ref'))
    )
    op.create_table('import_change',
    sa.Column('id', row_id, nullable=False),
    sa.Column('import_id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('row_id', row_id, nullable=False),
    sa.Column('before', document, nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import_run.id'], name=op.f('fk_import_change_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_change')),
    sa.UniqueConstraint('import_id', 'kind', 'row_id', name=op.f('uq_import_change_import_id_kind_row_id'))
    )
    op.create_index('ix_import_change_row', 'import_change', ['kind', 'row_id'], unique=False)
    op.create_table('policy_list',
    sa.Column('id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('fact', sa.Text(), nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('cut_off', sa.Date(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('unmatched', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("fact IN ('applied','received')", name=op.f('ck_policy_list_fact')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policy_list_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_list'))
    )
    op.create_index(op.f('ix_policy_list_policy_id'), 'policy_list', ['policy_id'], unique=False)
    op.create_table('person_merge',
    sa.Column('id', row_id, nullable=False),
    sa.Column('kept_id', row_id, nullable=False),
    sa.Column('gone_id', row_id, nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('before', document, nullable=False),
    sa.ForeignKeyConstraint(['gone_id'], ['person.id'], name=op.f('fk_person_merge_gone_id')),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge')),
    sa.UniqueConstraint('gone_id', name=op.f('uq_person_merge_gone_id'))
    )
    op.create_index(op.f('ix_person_merge_kept_id'), 'person_merge', ['kept_id'], unique=False)
    op.create_table('policy_conflict',
    sa.Column('id', row_id, nullable=False),
    sa.Column('one_id', row_id, nullable=False),
    sa.Column('other_id', row_id, nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('settled', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['one_id'], ['policy_version.id'], name=op.f('fk_policy_conflict_one_id')),
    sa.ForeignKeyConstraint(['other_id'], ['policy_version.id'], name=op.f('fk_policy_conflict_other_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_conflict')),
    sa.UniqueConstraint('one_id', 'other_id', 'about', name=op.f('uq_policy_conflict_one_id_other_id_about'))
    )
    op.create_table('policy_review',
    sa.Column('id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('version_id', row_id, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('figures', document, nullable=False),
    sa.CheckConstraint("outcome IN ('keep','change','withdraw')", name=op.f('ck_policy_review_outcome')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policy_review_policy_id')),
    sa.ForeignKeyConstraint(['version_id'], ['policy_version.id'], name=op.f('fk_policy_review_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_review'))
    )
    op.create_index(op.f('ix_policy_review_policy_id'), 'policy_review', ['policy_id'], unique=False)
    op.create_table('policy_sign_off',
    sa.Column('version_id', row_id, nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['policy_version.id'], name=op.f('fk_policy_sign_off_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'department', name=op.f('pk_policy_sign_off'))
    )
    op.create_table('policy_look',
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('ended', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policy_look_policy_id')),
    sa.PrimaryKeyConstraint('policy_id', name=op.f('pk_policy_look'))
    )
    op.create_table('proposal',
    sa.Column('id', row_id, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('version_id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('campaign_id', row_id, nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('decided_at', moment, nullable=True),
    sa.CheckConstraint("kind IN ('eligible','rule','ending','ended')", name=op.f('ck_proposal_kind')),
    sa.CheckConstraint("state IN ('open','accepted','dismissed')", name=op.f('ck_proposal_state')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_proposal_policy_id')),
    sa.ForeignKeyConstraint(['version_id'], ['policy_version.id'], name=op.f('fk_proposal_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('key', name=op.f('uq_proposal_key'))
    )
    op.create_table('proposal_person',
    sa.Column('proposal_id', row_id, nullable=False),
    sa.Column('person_id', row_id, nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_proposal_person_person_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposal_person_proposal_id')),
    sa.PrimaryKeyConstraint('proposal_id', 'person_id', name=op.f('pk_proposal_person'))
    )
    op.create_index('ix_proposal_person', 'proposal_person', ['person_id'], unique=False)
    op.add_column("circumstance_record", sa.Column("confidence", sa.Text(), nullable=False, server_default="list"))
    op.add_column("import_run", sa.Column("state", sa.Text(), nullable=False, server_default="finished"))
    op.add_column("import_run", sa.Column("options", document, nullable=False, server_default="{}"))
    op.add_column("import_run", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("import_run", sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("import_run", sa.Column("beat_at", moment, nullable=True))
    op.add_column("import_run", sa.Column("stop", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("import_run", sa.Column("result", document, nullable=False, server_default="{}"))
    op.add_column("import_run", sa.Column("undone_at", moment, nullable=True))
    op.add_column("import_run", sa.Column("undone_by", sa.Text(), nullable=False, server_default=""))
    for column in ("guardian", "contact"):
        some = sa.text(f"{column}_id IS NOT NULL")
        op.create_index(f"ix_person_{column}", "person", [f"{column}_id"], sqlite_where=some, postgresql_where=some)
    op.create_index("ix_audience_member_person", "audience_member", ["person_id"])
    op.add_column("import_run", sa.Column("members", sa.LargeBinary(), nullable=True))
    op.add_column("household", sa.Column("first_import_id", row_id, nullable=True))
    op.add_column("import_run", sa.Column("list_ref", sa.Text(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("paid_months", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("paid_months_running", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("job_kind", sa.Text(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("needs", sa.Text(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("merged_into", row_id, nullable=True))
    op.add_column("person", sa.Column("first_import_id", row_id, nullable=True))
    op.add_column("policy", sa.Column("withdrawn_on", sa.Date(), nullable=True))
    op.add_column("policy", sa.Column("exit_note", sa.Text(), nullable=False, server_default=""))
    op.add_column("policy", sa.Column("review_due", sa.Date(), nullable=True))
    op.add_column("user_account", sa.Column("lists", document, nullable=False, server_default="[]"))
    _make_match(_NOW, sqlite)
    active = sa.text("status <> 'active'")
    op.create_index("ix_person_blocked", "person", ["region"], sqlite_where=active, postgresql_where=active)
    op.create_table('register_change',
    sa.Column('id', row_id, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_change'))
    )
    _watch(sqlite)


def downgrade() -> None:
    """Go back."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _unwatch(sqlite)
    op.drop_table("register_change")
    op.drop_index("ix_person_blocked", "person")
    _drop_match()
    op.drop_column("user_account", "lists")
    op.drop_column("policy", "review_due")
    op.drop_column("policy", "exit_note")
    op.drop_column("policy", "withdrawn_on")
    op.drop_column("person", "first_import_id")
    op.drop_column("person", "merged_into")
    op.drop_column("person", "needs")
    op.drop_column("person", "job_kind")
    op.drop_column("person", "paid_months_running")
    op.drop_column("person", "paid_months")
    op.drop_column("import_run", "list_ref")
    op.drop_column("household", "first_import_id")
    op.drop_index("ix_audience_member_person", "audience_member")
    op.drop_index("ix_person_contact", "person")
    op.drop_index("ix_person_guardian", "person")
    op.drop_column("import_run", "members")
    op.drop_column("import_run", "undone_by")
    op.drop_column("import_run", "undone_at")
    op.drop_column("import_run", "result")
    op.drop_column("import_run", "stop")
    op.drop_column("import_run", "beat_at")
    op.drop_column("import_run", "done")
    op.drop_column("import_run", "total")
    op.drop_column("import_run", "options")
    op.drop_column("import_run", "state")
    op.drop_column("circumstance_record", "confidence")
    _make_match(_BEFORE, sqlite)
    op.drop_table("proposal_person")
    op.drop_table("proposal")
    op.drop_table("policy_look")
    op.drop_table("policy_sign_off")
    op.drop_table("policy_review")
    op.drop_table("policy_conflict")
    op.drop_table("person_merge")
    op.drop_table("policy_list")
    op.drop_table("import_change")
    op.drop_table("segment")
