from __future__ import annotations

import pytest

from bot.procedures.model import Procedure
from bot.slip.slip import SlipMaker


@pytest.fixture(scope="session")
def maker(procedures: dict[str, Procedure]) -> SlipMaker:
    return SlipMaker(lambda code: procedures[code].short_name if code in procedures else None)
