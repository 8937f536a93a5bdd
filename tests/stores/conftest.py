from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from bot.stores.database import migrate


@pytest.fixture
def conversations(engine: Engine) -> Engine:
    """The same database, of each kind, with the tables of conversations beside those of procedures."""
    migrate(engine)
    return engine
