"""Layers, history, the portal's records and reviews of confirmations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Served rows are made from layers from here on; `motcua load` makes both anew.
    op.execute('DELETE FROM procedure')
    op.create_table('confirmation_review',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(length=16), nullable=False),
    sa.Column('verdict', sa.String(length=8), nullable=False),
    sa.Column('reviewed_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'fingerprint', name=op.f('pk_confirmation_review'))
    )
    op.create_table('layer',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('code', 'kind', name=op.f('pk_layer'))
    )
    op.create_table('portal_change',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('part', sa.String(length=32), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'part', name=op.f('pk_portal_change'))
    )
    op.create_table('portal_record',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('content', sa.JSON(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('fetched_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'source', name=op.f('pk_portal_record'))
    )
    op.create_table('version',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('code', 'since', name=op.f('pk_version'))
    )
    op.create_table('flag',
    sa.Column('procedure_code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('withheld', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['procedure_code'], ['procedure.code'], name=op.f('fk_flag_procedure_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('procedure_code', 'position', name=op.f('pk_flag'))
    )
    with op.batch_alter_table('confirmation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('status', sa.Text(), server_default='accepted', nullable=False))
        batch_op.add_column(sa.Column('quote', sa.Text(), nullable=True))

    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heading', sa.Text(), nullable=True))

    with op.batch_alter_table('procedure', schema=None) as batch_op:
        batch_op.add_column(sa.Column('publisher', sa.Text(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('procedure', schema=None) as batch_op:
        batch_op.drop_column('publisher')

    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_column('heading')

    with op.batch_alter_table('confirmation', schema=None) as batch_op:
        batch_op.drop_column('quote')
        batch_op.drop_column('status')

    op.drop_table('flag')
    op.drop_table('version')
    op.drop_table('portal_record')
    op.drop_table('portal_change')
    op.drop_table('layer')
    op.drop_table('confirmation_review')
