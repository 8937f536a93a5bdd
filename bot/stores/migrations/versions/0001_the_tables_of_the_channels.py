"""The tables of the channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('left_question',
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('procedure_code', sa.Text(), nullable=True),
    sa.Column('office', sa.String(length=64), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_left_question'))
    )
    op.create_table('rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation', sa.String(length=64), nullable=True),
    sa.Column('message', sa.String(length=64), nullable=True),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('procedure_code', sa.Text(), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('office', sa.String(length=64), nullable=True),
    sa.Column('rated_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sa.UniqueConstraint('conversation', 'message', name=op.f('uq_rating_conversation'))
    )
    op.create_table('zalo_event',
    sa.Column('msg_id', sa.String(length=128), nullable=False),
    sa.Column('user_id', sa.String(length=64), nullable=False),
    sa.Column('event_name', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('msg_id', name=op.f('pk_zalo_event'))
    )
    with op.batch_alter_table('zalo_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_zalo_event_received_at'), ['received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_zalo_event_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_zalo_event_user_id'), ['user_id'], unique=False)

    op.create_table('zalo_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('access_token', sa.Text(), nullable=False),
    sa.Column('refresh_token', sa.Text(), nullable=False),
    sa.Column('access_expires_at', sa.DateTime(), nullable=False),
    sa.Column('refreshed_at', sa.DateTime(), nullable=False),
    sa.Column('refreshing_until', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zalo_token'))
    )


def downgrade() -> None:
    op.drop_table('zalo_token')
    with op.batch_alter_table('zalo_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_zalo_event_user_id'))
        batch_op.drop_index(batch_op.f('ix_zalo_event_state'))
        batch_op.drop_index(batch_op.f('ix_zalo_event_received_at'))

    op.drop_table('zalo_event')
    op.drop_table('rating')
    op.drop_table('left_question')
