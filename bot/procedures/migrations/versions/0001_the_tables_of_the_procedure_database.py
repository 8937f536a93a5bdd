"""The tables of the procedure database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('portal_guide',
    sa.Column('topic', sa.String(length=64), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('topic', name=op.f('pk_portal_guide'))
    )
    op.create_table('procedure',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('short_name', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('applicants', sa.JSON(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=True),
    sa.Column('decision_date', sa.Date(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_procedure'))
    )
    op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision'))
    )
    op.create_table('agency',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.Column('condition', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_agency_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_agency'))
    )
    op.create_table('case_answer',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('case_name', sa.Text(), nullable=False),
    sa.Column('also', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_case_answer_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_case_answer'))
    )
    op.create_table('case_question',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_case_question_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_case_question'))
    )
    op.create_table('channel',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_channel_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_channel'))
    )
    op.create_table('condition',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_condition_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_condition'))
    )
    op.create_table('confirmation',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('agency', sa.Text(), nullable=False),
    sa.Column('confirms', sa.Text(), nullable=False),
    sa.Column('reference_document', sa.Text(), nullable=False),
    sa.Column('reference_provision', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('step', sa.Integer(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.Column('condition', sa.Text(), nullable=True),
    sa.Column('electronic_lookup', sa.Boolean(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_confirmation_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_confirmation'))
    )
    op.create_table('deadline',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('amount', sa.Float(), nullable=True),
    sa.Column('unit', sa.Text(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.Column('condition', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_deadline_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_deadline'))
    )
    op.create_table('document',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('originals', sa.Integer(), nullable=False),
    sa.Column('copies', sa.Integer(), nullable=False),
    sa.Column('form', sa.Text(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.Column('condition', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('obtained_from', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_document_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_document'))
    )
    op.create_table('document_note',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_document_note_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_document_note'))
    )
    op.create_table('fee',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=True),
    sa.Column('per', sa.Text(), nullable=True),
    sa.Column('channels', sa.JSON(), nullable=False),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.Column('condition', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_fee_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_fee'))
    )
    op.create_table('form',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_form_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_form'))
    )
    op.create_table('legal_basis',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_legal_basis_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_legal_basis'))
    )
    op.create_table('result',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_result_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_result'))
    )
    op.create_table('saying',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('style', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_saying_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_saying'))
    )
    op.create_table('step',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('time_limit', sa.Text(), nullable=True),
    sa.Column('when', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_step_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_step'))
    )
    op.create_table('twin',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_twin_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_twin'))
    )


def downgrade() -> None:
    op.drop_table('twin')
    op.drop_table('step')
    op.drop_table('saying')
    op.drop_table('result')
    op.drop_table('legal_basis')
    op.drop_table('form')
    op.drop_table('fee')
    op.drop_table('document_note')
    op.drop_table('document')
    op.drop_table('deadline')
    op.drop_table('confirmation')
    op.drop_table('condition')
    op.drop_table('channel')
    op.drop_table('case_question')
    op.drop_table('case_answer')
    op.drop_table('agency')
    op.drop_table('revision')
    op.drop_table('procedure')
    op.drop_table('portal_guide')
