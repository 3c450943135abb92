"""signing on paper, rehearsals, filing, waves, chosen people; words, tasks, helpers and duty.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go forward."""
    _make_signing()
    _make_work()
    _make_sketch()
    # The attempts stand under a view, so their table is only added to.
    op.add_column("attempt", sa.Column("variant_id", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("delivery_subject", sa.Column("reason", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("account_pace", sa.Column("taken_at", moment, nullable=True))
    op.add_column("firing", sa.Column("planned_to", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("firing", sa.Column("wave", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("sign_off") as table:
        table.add_column(sa.Column("paper_id", row_id, nullable=True))
        table.create_foreign_key(op.f("fk_sign_off_paper_id"), "signed_paper", ["paper_id"], ["id"])


def _make_sketch() -> None:
    op.create_table('campaign_sketch',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=True),
    sa.Column('region', code, nullable=False),
    sa.Column('document', document, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('changed_by', sa.Text(), nullable=False),
    sa.Column('changed_at', moment, nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_sketch_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_sketch')),
    sa.UniqueConstraint('campaign_id', name=op.f('uq_campaign_sketch_campaign_id'))
    )


def _make_signing() -> None:
    op.create_table('signed_paper',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('signer', sa.Text(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('media', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_signed_paper_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_paper'))
    )
    op.create_index(op.f('ix_signed_paper_campaign_id'), 'signed_paper', ['campaign_id'], unique=False)
    op.create_table('override',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_override_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_override'))
    )
    op.create_index(op.f('ix_override_campaign_id'), 'override', ['campaign_id'], unique=False)
    op.create_table('rehearsal',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('step_id', row_id, nullable=False),
    sa.Column('account_id', row_id, nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('told_at', moment, nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_rehearsal_account_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_rehearsal_campaign_id')),
    sa.ForeignKeyConstraint(['step_id'], ['step.id'], name=op.f('fk_rehearsal_step_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rehearsal')),
    sa.UniqueConstraint('provider_id', name=op.f('uq_rehearsal_provider_id'))
    )
    op.create_index(op.f('ix_rehearsal_campaign_id'), 'rehearsal', ['campaign_id'], unique=False)
    op.create_table('campaign_wave',
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('due_at', moment, nullable=False),
    sa.Column('comparison', sa.Boolean(), nullable=False),
    sa.Column('personal', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_wave_campaign_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'number', name=op.f('pk_campaign_wave'))
    )
    op.create_table('wave_move',
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('person_id', row_id, nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('wave', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("why IN ('asked','household','losing')", name=op.f('ck_wave_move_why')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_wave_move_campaign_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_wave_move_person_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'person_id', name=op.f('pk_wave_move'))
    )
    op.create_index('ix_wave_move_person', 'wave_move', ['person_id'], unique=False)
    op.create_table('contact_day',
    sa.Column('address_key', sa.LargeBinary(length=16), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('text', sa.LargeBinary(length=16), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('publicity', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('address_key', 'channel', 'on', 'text', name=op.f('pk_contact_day'))
    )
    op.create_table('step_target',
    sa.Column('step_id', row_id, nullable=False),
    sa.Column('person_id', row_id, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_step_target_person_id')),
    sa.ForeignKeyConstraint(['step_id'], ['step.id'], name=op.f('fk_step_target_step_id')),
    sa.PrimaryKeyConstraint('step_id', 'person_id', name=op.f('pk_step_target'))
    )
    op.create_index('ix_step_target_person', 'step_target', ['person_id'], unique=False)
    op.create_table('firing_member',
    sa.Column('firing_id', row_id, nullable=False),
    sa.Column('person_id', row_id, nullable=False),
    sa.Column('policy_id', row_id, nullable=False),
    sa.ForeignKeyConstraint(['firing_id'], ['firing.id'], name=op.f('fk_firing_member_firing_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_firing_member_person_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_firing_member_policy_id')),
    sa.PrimaryKeyConstraint('firing_id', 'person_id', 'policy_id', name=op.f('pk_firing_member'))
    )
    op.create_index('ix_firing_member_person', 'firing_member', ['person_id'], unique=False)
    op.create_table('filing',
    sa.Column('id', row_id, nullable=False),
    sa.Column('account_id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('text_hash', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('parameters', document, nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.CheckConstraint("kind IN ('signature','template')", name=op.f('ck_filing_kind')),
    sa.CheckConstraint("status IN ('none','pending','filed','rejected')", name=op.f('ck_filing_status')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_filing_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing')),
    sa.UniqueConstraint('account_id', 'kind', 'name', 'text_hash', name=op.f('uq_filing_account_id_kind_name_text_hash'))
    )
    op.create_table('transfer_basis',
    sa.Column('id', row_id, nullable=False),
    sa.Column('account_id', row_id, nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('ended_at', moment, nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_transfer_basis_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_basis'))
    )
    op.create_index(op.f('ix_transfer_basis_account_id'), 'transfer_basis', ['account_id'], unique=False)


def _make_work() -> None:
    op.create_table('word',
    sa.Column('id', row_id, nullable=False),
    sa.Column('delivery_id', row_id, nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('undone_by', sa.Text(), nullable=False),
    sa.Column('undone_at', moment, nullable=True),
    sa.Column('tap', row_id, nullable=True),
    sa.Column('slot', sa.Text(), nullable=False),
    sa.Column('person_id', row_id, nullable=True),
    sa.Column('did', document, nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_word_delivery_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_word_person_id')),
    sa.ForeignKeyConstraint(['tap'], ['word.id'], name=op.f('fk_word_tap')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_word'))
    )
    op.create_index(op.f('ix_word_delivery_id'), 'word', ['delivery_id'], unique=False)
    op.create_index('ix_word_tap', 'word', ['tap'], unique=False, sqlite_where=sa.text('tap IS NOT NULL'), postgresql_where=sa.text('tap IS NOT NULL'))
    op.create_index('ix_word_person', 'word', ['person_id'], unique=False, sqlite_where=sa.text('person_id IS NOT NULL'), postgresql_where=sa.text('person_id IS NOT NULL'))
    _keep_ticks()
    op.create_table('task',
    sa.Column('id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('household_id', row_id, nullable=True),
    sa.Column('person_id', row_id, nullable=True),
    sa.Column('policy_id', row_id, nullable=True),
    sa.Column('delivery_id', row_id, nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('opened_by', sa.Text(), nullable=False),
    sa.Column('opened_at', moment, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('helper', sa.Text(), nullable=False),
    sa.Column('begun_at', moment, nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('closed_by', sa.Text(), nullable=False),
    sa.Column('closed_at', moment, nullable=True),
    sa.CheckConstraint("kind IN ('assist','visit','call_back','guardian','correct')", name=op.f('ck_task_kind')),
    sa.CheckConstraint("state IN ('open','done','dropped')", name=op.f('ck_task_state')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_task_delivery_id')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_task_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_task_person_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy.id'], name=op.f('fk_task_policy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    op.create_index('ix_task_open', 'task', ['region'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_task_delivery', 'task', ['delivery_id'], unique=False, sqlite_where=sa.text('delivery_id IS NOT NULL'), postgresql_where=sa.text('delivery_id IS NOT NULL'))
    op.create_table('helper_household',
    sa.Column('household_id', row_id, nullable=False),
    sa.Column('helper', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_helper_household_household_id')),
    sa.PrimaryKeyConstraint('household_id', name=op.f('pk_helper_household'))
    )
    op.create_index(op.f('ix_helper_household_helper'), 'helper_household', ['helper'], unique=False)
    op.create_table('training',
    sa.Column('id', row_id, nullable=False),
    sa.Column('helper', sa.Text(), nullable=False),
    sa.Column('version_id', row_id, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['policy_version.id'], name=op.f('fk_training_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training')),
    sa.UniqueConstraint('helper', 'version_id', 'on', name=op.f('uq_training_helper_version_id_on'))
    )
    op.create_table('duty',
    sa.Column('id', row_id, nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('starts', sa.Text(), nullable=False),
    sa.Column('ends', sa.Text(), nullable=False),
    sa.Column('helper', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty'))
    )
    op.create_index(op.f('ix_duty_region'), 'duty', ['region'], unique=False)
    op.create_table('public_record',
    sa.Column('id', row_id, nullable=False),
    sa.Column('campaign_id', row_id, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('where', sa.Text(), nullable=False),
    sa.Column('region', code, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('headcount', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('undone_by', sa.Text(), nullable=False),
    sa.Column('undone_at', moment, nullable=True),
    sa.CheckConstraint("kind IN ('media','event')", name=op.f('ck_public_record_kind')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_public_record_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_record'))
    )
    op.create_index(op.f('ix_public_record_campaign_id'), 'public_record', ['campaign_id'], unique=False)


def _keep_ticks() -> None:
    """What was ticked before words were kept becomes a word; who said it stands in the log."""
    said = "'told','relayed','not_understood','not_home','moved','deceased','needs_help','declined','played'"
    op.execute(
        "INSERT INTO word (delivery_id, no, word, by, at, undone_by, slot, did) "
        "SELECT o.delivery_id, o.no, o.reason, COALESCE((SELECT a.by FROM audit_entry a WHERE a.action = 'visits.record' "
        "AND a.thing = 'delivery:' || CAST(o.delivery_id AS TEXT) ORDER BY a.id LIMIT 1), ''), o.at, '', '', "
        "'{\"before\": {\"state\": \"accepted\", \"reason\": \"\"}}' "
        "FROM outcome o JOIN delivery d ON d.id = o.delivery_id JOIN step s ON s.id = d.step_id "
        f"WHERE s.channel IN ('flyer','visit','broadcast') AND o.reason IN ({said})"
    )


def downgrade() -> None:
    """Go back: what was signed with a pen stays as a signature without its scan."""
    with op.batch_alter_table("sign_off") as table:
        table.drop_constraint(op.f("fk_sign_off_paper_id"), type_="foreignkey")
        table.drop_column("paper_id")
    op.drop_column("firing", "wave")
    op.drop_column("firing", "planned_to")
    op.drop_column("account_pace", "taken_at")
    op.drop_column("delivery_subject", "reason")
    op.drop_column("attempt", "variant_id")
    for table_name in (
        "campaign_sketch", "public_record", "duty", "training", "helper_household", "task", "word", "transfer_basis", "filing",
        "firing_member", "step_target", "contact_day", "wave_move", "campaign_wave", "rehearsal", "override", "signed_paper",
    ):
        op.drop_table(table_name)
