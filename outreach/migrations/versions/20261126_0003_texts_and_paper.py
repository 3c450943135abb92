"""texts in several forms, print jobs, notice boards.

Revision: 0003
After: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
moment = sa.DateTime(timezone=True)


_PLACE = ["policy", "channel", "language", "form", "announce"]
_OLD_PLACE = _PLACE[:3]
_REVIEW = "variant_id, \"by\", \"on\", note"


def _aside(read_signed: str) -> None:
    """Reviews and signed texts stand beside while their parents are made anew: SQLite drops no parent of a row."""
    op.execute(f"CREATE TABLE kept_review AS SELECT {_REVIEW} FROM variant_review")
    op.execute(f"CREATE TABLE kept_signed AS {read_signed}")
    op.execute("DELETE FROM variant_review")
    op.drop_table("campaign_variant")


def _back(place: list[str]) -> None:
    op.create_table('campaign_variant',
    sa.Column('campaign_id', row_id, nullable=False),
    *[sa.Column(name, sa.Text(), nullable=False) for name in place],
    sa.Column('variant_id', row_id, nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_variant_campaign_id')),
    sa.ForeignKeyConstraint(['variant_id'], ['variant.id'], name=op.f('fk_campaign_variant_variant_id')),
    sa.PrimaryKeyConstraint('campaign_id', *place, name=op.f('pk_campaign_variant'))
    )
    columns = ", ".join(["campaign_id", *place, "variant_id"])
    op.execute(f"INSERT INTO variant_review ({_REVIEW}) SELECT {_REVIEW} FROM kept_review")
    op.execute(f"INSERT INTO campaign_variant ({columns}) SELECT {columns} FROM kept_signed")
    op.drop_table("kept_review")
    op.drop_table("kept_signed")


def upgrade() -> None:
    """Go forward."""
    op.execute("UPDATE variant SET form = channel WHERE form = ''")
    _aside(
        "SELECT c.campaign_id, c.policy, c.channel, c.language, v.form, v.announce, c.variant_id "
        "FROM campaign_variant c JOIN variant v ON v.id = c.variant_id"
    )
    with op.batch_alter_table("variant") as table:
        table.add_column(sa.Column("follow_up", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("notes", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("by", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.drop_constraint(op.f("uq_variant_policy_channel_language_version"), type_="unique")
        table.create_unique_constraint(op.f("uq_variant_place_version"), [*_PLACE, "version"])
        table.create_check_constraint(op.f("ck_variant_announce"), "announce IN ('general','personal')")
    with op.batch_alter_table("variant") as table:
        for name in ("follow_up", "notes", "by", "why", "retired"):
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("variant_review") as table:
        table.add_column(sa.Column("entered_by", sa.Text(), nullable=False, server_default=""))
    _back(_PLACE)
    with op.batch_alter_table("variant_review") as table:
        table.alter_column("entered_by", server_default=None)
    _make_paper()


def _make_paper() -> None:
    op.create_table('print_job',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('choice', document, nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('created_at', moment, nullable=False),
    sa.Column('started_at', moment, nullable=True),
    sa.Column('beat_at', moment, nullable=True),
    sa.Column('ended_at', moment, nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('problems', document, nullable=False),
    sa.Column('error', document, nullable=True),
    sa.CheckConstraint("state IN ('waiting','running','done','failed','cancelled')", name=op.f('ck_print_job_state')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_print_job_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_print_job'))
    )
    open_jobs = sa.text("state IN ('waiting','running')")
    op.create_index(
        'ix_print_job_open', 'print_job', ['created_at'], sqlite_where=open_jobs, postgresql_where=open_jobs
    )
    op.create_index(op.f('ix_print_job_campaign_id'), 'print_job', ['campaign_id'], unique=False)
    op.create_table('print_part',
    sa.Column('job_id', row_id, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('grid', code, nullable=False),
    sa.Column('sheets', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('first', sa.Text(), nullable=False),
    sa.Column('last', sa.Text(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(32), nullable=True),
    sa.Column('members', document, nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['print_job.id'], name=op.f('fk_print_part_job_id')),
    sa.PrimaryKeyConstraint('job_id', 'number', name=op.f('pk_print_part'))
    )
    op.create_table('sheet_number',
    sa.Column('delivery_id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('grid', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_sheet_number_campaign_id')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_sheet_number_delivery_id')),
    sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_sheet_number')),
    sa.UniqueConstraint('campaign_id', 'grid', 'sequence', name=op.f('uq_sheet_number_campaign_id_grid_sequence'))
    )
    op.create_table('board',
    sa.Column('id', row_id, nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('created_at', moment, nullable=False),
    sa.Column('gone_at', moment, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_board')),
    sa.UniqueConstraint('region', 'name', name=op.f('uq_board_region_name'))
    )
    op.create_index(op.f('ix_board_region'), 'board', ['region'], unique=False)
    op.create_table('posting',
    sa.Column('id', row_id, nullable=False),
    sa.Column('board_id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('posted_on', sa.Date(), nullable=False),
    sa.Column('posted_by', sa.Text(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('taken_down_on', sa.Date(), nullable=True),
    sa.Column('taken_down_by', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['board.id'], name=op.f('fk_posting_board_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_posting_campaign_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_posting_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting'))
    )
    hanging = sa.text("taken_down_on IS NULL")
    op.create_index('ix_posting_hanging', 'posting', ['valid_until'], sqlite_where=hanging, postgresql_where=hanging)
    op.create_index(op.f('ix_posting_board_id'), 'posting', ['board_id'], unique=False)
    op.create_index(op.f('ix_posting_policy_id'), 'posting', ['policy_id'], unique=False)


def downgrade() -> None:
    """Go back: of several texts at a place only those of the channel's own form stay, and only the general ones."""
    for table in ("posting", "board", "sheet_number", "print_part", "print_job"):
        op.drop_table(table)
    _aside(
        "SELECT campaign_id, policy, channel, language, variant_id FROM campaign_variant "
        "WHERE form = channel AND announce = 'general'"
    )
    op.execute(
        "DELETE FROM kept_review WHERE variant_id IN "
        "(SELECT id FROM variant WHERE form <> channel OR announce <> 'general')"
    )
    op.execute("DELETE FROM variant WHERE form <> channel OR announce <> 'general' OR retired")
    with op.batch_alter_table("variant_review") as table:
        table.drop_column("entered_by")
    with op.batch_alter_table("variant") as table:
        table.drop_constraint(op.f("uq_variant_place_version"), type_="unique")
        table.drop_constraint(op.f("ck_variant_announce"), type_="check")
        for name in ("retired", "why", "by", "notes", "follow_up"):
            table.drop_column(name)
        table.create_unique_constraint(
            op.f("uq_variant_policy_channel_language_version"), [*_OLD_PLACE, "version"]
        )
    _back(_OLD_PLACE)
