"""surveys as they are drawn and asked, opinions and counts that come back, alerts.

Revision: 0006
After: 0005
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go on."""
    _extend_surveys()
    op.create_table('alert',
    sa.Column('id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('thing', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('region', code, nullable=False),
    sa.Column('params', document, nullable=False),
    sa.Column('opened_at', moment, nullable=False),
    sa.Column('seen_by', sa.Text(), nullable=False),
    sa.Column('seen_at', moment, nullable=True),
    sa.Column('ended_at', moment, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('key', name=op.f('uq_alert_key'))
    )
    op.create_table('alert_target',
    sa.Column('id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('account_id', row_id, nullable=True),
    sa.Column('region', code, nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('ended_at', moment, nullable=True),
    sa.CheckConstraint("kind IN ('email','robot')", name=op.f('ck_alert_target_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_alert_target_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_target')),
    sa.UniqueConstraint('kind', 'name', name=op.f('uq_alert_target_kind_name'))
    )
    op.create_table('hotline_week',
    sa.Column('id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint('calls >= 0', name=op.f('ck_hotline_week_calls')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_hotline_week_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_week')),
    sa.UniqueConstraint('policy_id', 'topic', 'region', 'week', name=op.f('uq_hotline_week_policy_id_topic_region_week'))
    )
    op.create_table('policy_count',
    sa.Column('id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('of', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint('n >= 0 AND n <= "of" AND "of" > 0', name=op.f('ck_policy_count_n')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_policy_count_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_count')),
    sa.UniqueConstraint('policy_id', 'measure', 'region', 'on', name=op.f('uq_policy_count_policy_id_measure_region_on'))
    )
    op.create_table('alert_sent',
    sa.Column('alert_id', row_id, nullable=False),
    sa.Column('target_id', row_id, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("state IN ('sending','sent','failed','unknown')", name=op.f('ck_alert_sent_state')),
    sa.ForeignKeyConstraint(['alert_id'], ['alert.id'], name=op.f('fk_alert_sent_alert_id')),
    sa.ForeignKeyConstraint(['target_id'], ['alert_target.id'], name=op.f('fk_alert_sent_target_id')),
    sa.PrimaryKeyConstraint('alert_id', 'target_id', name=op.f('pk_alert_sent'))
    )
    op.create_table('opinion',
    sa.Column('id', row_id, nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('policy_id', row_id, nullable=True),
    sa.Column('campaign_id', row_id, nullable=True),
    sa.Column('survey_id', row_id, nullable=True),
    sa.Column('region', code, nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('assigned', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', moment, nullable=True),
    sa.Column('closed_at', moment, nullable=True),
    sa.CheckConstraint("kind IN ('question','problem','suggestion','thanks','other')", name=op.f('ck_opinion_kind')),
    sa.CheckConstraint("source IN ('qr','door','phone','observer','survey','sms','hotline')", name=op.f('ck_opinion_source')),
    sa.CheckConstraint("state IN ('new','taken','answered','closed')", name=op.f('ck_opinion_state')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_opinion_campaign_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_opinion_policy_id')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_opinion_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinion')),
    sa.UniqueConstraint('key', name=op.f('uq_opinion_key'))
    )
    op.create_index('ix_opinion_open', 'opinion', ['region'], unique=False, sqlite_where=sa.text("state IN ('new','taken')"), postgresql_where=sa.text("state IN ('new','taken')"))
    op.create_index(op.f('ix_opinion_policy_id'), 'opinion', ['policy_id'], unique=False)
    op.create_table('survey_panel',
    sa.Column('person_id', row_id, nullable=False),
    sa.Column('panel', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_survey_panel_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'panel', name=op.f('pk_survey_panel'))
    )
    op.create_index('ix_survey_panel_name', 'survey_panel', ['panel'], unique=False)
    op.create_table('volunteer_answer',
    sa.Column('id', row_id, nullable=False),
    sa.Column('survey_id', row_id, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('answers', document, nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("source IN ('qr','sms','online')", name=op.f('ck_volunteer_answer_source')),
    sa.ForeignKeyConstraint(['survey_id'], ['survey.id'], name=op.f('fk_volunteer_answer_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer_answer')),
    sa.UniqueConstraint('key', name=op.f('uq_volunteer_answer_key'))
    )
    op.create_index(op.f('ix_volunteer_answer_survey_id'), 'volunteer_answer', ['survey_id'], unique=False)
    op.create_table('call_back',
    sa.Column('id', row_id, nullable=False),
    sa.Column('respondent_id', row_id, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('answers', document, nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("result IN ('confirmed','not_interviewed','not_reached','refused')", name=op.f('ck_call_back_result')),
    sa.ForeignKeyConstraint(['respondent_id'], ['respondent.id'], name=op.f('fk_call_back_respondent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_back')),
    sa.UniqueConstraint('respondent_id', 'by', 'on', name=op.f('uq_call_back_respondent_id_by_on'))
    )
    op.create_index(op.f('ix_call_back_respondent_id'), 'call_back', ['respondent_id'], unique=False)
    op.create_table('opinion_move',
    sa.Column('id', row_id, nullable=False),
    sa.Column('opinion_id', row_id, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['opinion_id'], ['opinion.id'], name=op.f('fk_opinion_move_opinion_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinion_move'))
    )
    op.create_index(op.f('ix_opinion_move_opinion_id'), 'opinion_move', ['opinion_id'], unique=False)
    op.create_table('survey_entry',
    sa.Column('id', row_id, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('respondent_id', row_id, nullable=False),
    sa.Column('disposition', sa.Text(), nullable=False),
    sa.Column('answers', document, nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('taken','set_aside')", name=op.f('ck_survey_entry_state')),
    sa.ForeignKeyConstraint(['respondent_id'], ['respondent.id'], name=op.f('fk_survey_entry_respondent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_entry')),
    sa.UniqueConstraint('key', name=op.f('uq_survey_entry_key'))
    )
    op.create_index(op.f('ix_survey_entry_respondent_id'), 'survey_entry', ['respondent_id'], unique=False)


@contextmanager
def _rows_aside() -> Iterator[None]:
    """SQLite makes a changed table anew and would refuse to drop the old one while rows elsewhere name it."""
    held = ("answer", "respondent") if op.get_context().dialect.name == "sqlite" else ()
    for name in held:
        op.execute(f"CREATE TABLE _{name} AS SELECT * FROM {name}")
        op.execute(f"DELETE FROM {name}")
    columns = {
        name: ", ".join(row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info(_{name})")) for name in held
    }
    yield
    for name in reversed(held):
        there = {row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({name})")}
        kept = ", ".join(one for one in columns[name].split(", ") if one in there)
        op.execute(f"INSERT INTO {name} ({kept}) SELECT {kept} FROM _{name}")
        op.execute(f"DROP TABLE _{name}")


def _extend_surveys() -> None:
    """How a sample is drawn, who was asked how; a survey need not be about one policy any more."""
    with _rows_aside():
        _extend()


def _extend() -> None:
    with op.batch_alter_table("survey") as table:
        table.alter_column("policy_id", existing_type=row_id, nullable=True)
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default=sa.text("'awareness'")))
        table.add_column(sa.Column("region", code, nullable=False, server_default=sa.text("''")))
        table.add_column(sa.Column("follows_id", row_id, nullable=True))
        table.add_column(sa.Column("panel", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("design", document, nullable=False, server_default=sa.text("'{}'")))
        table.add_column(sa.Column("design_hash", sa.Text(), nullable=False, server_default=sa.text("''")))
        table.add_column(sa.Column("frame", document, nullable=False, server_default=sa.text("'{}'")))
        table.add_column(sa.Column("opens_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("closes_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("closed_at", moment, nullable=True))
        table.add_column(sa.Column("closed_by", sa.Text(), nullable=False, server_default=sa.text("''")))
        table.create_check_constraint(
            op.f("ck_survey_kind"), "kind IN ('awareness','needs','satisfaction','experience','quiz')"
        )
        table.create_foreign_key(op.f("fk_survey_follows_id"), "survey", ["follows_id"], ["id"])
    with op.batch_alter_table("respondent") as table:
        for name in ("stratum", "cluster", "assigned", "mode", "call_back_by"):
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
        table.add_column(sa.Column("reserve", sa.Integer(), nullable=False, server_default=sa.text("0")))
        table.add_column(sa.Column("released_at", moment, nullable=True))
        table.add_column(sa.Column("traits", document, nullable=False, server_default=sa.text("'{}'")))
        table.add_column(sa.Column("call_back", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Go back: surveys about no single policy cannot stay."""
    for table_name in (
        "survey_entry", "opinion_move", "call_back", "volunteer_answer", "survey_panel", "opinion", "alert_sent",
        "policy_count", "hotline_week", "alert_target", "alert",
    ):
        op.drop_table(table_name)
    gone = "SELECT id FROM survey WHERE policy_id IS NULL"
    op.execute(f"DELETE FROM answer WHERE respondent_id IN (SELECT id FROM respondent WHERE survey_id IN ({gone}))")
    op.execute(f"DELETE FROM respondent WHERE survey_id IN ({gone})")
    op.execute("DELETE FROM survey WHERE policy_id IS NULL")
    with _rows_aside():
        _shorten()


def _shorten() -> None:
    with op.batch_alter_table("respondent") as table:
        for name in (
            "call_back", "call_back_by", "traits", "released_at", "reserve", "mode", "assigned", "cluster", "stratum",
        ):
            table.drop_column(name)
    with op.batch_alter_table("survey") as table:
        table.drop_constraint(op.f("fk_survey_follows_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_survey_kind"), type_="check")
        for name in (
            "closed_by", "closed_at", "closes_on", "opens_on", "frame", "design_hash", "design", "panel", "follows_id", "region", "kind",
        ):
            table.drop_column(name)
        table.alter_column("policy_id", existing_type=row_id, nullable=False)
