from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal_stub import Portal, portal_server


@pytest.fixture
def portal() -> Iterator[Portal]:
    with portal_server() as portal:
        yield portal
