"""The portal channel behaves as openapi.yml says, whatever is thrown at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from sanic import Sanic

from bot.channels.conversation_routes import openapi
from bot.channels.portal import PortalInput
from bot.procedures.store import connect
from bot.stores.database import migrate
from tests.played_rasa import PlayedRasa
from tests.sanic_server import serving

OPERATIONS = [result.ok() for result in schemathesis.openapi.from_dict(openapi()).get_all_operations()]
OF_A_CONVERSATION = [operation for operation in OPERATIONS if "{conversation}" in operation.path]
#: What takes no input can be given none that is wrong.
TRIED = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    for operation in OPERATIONS
    if mode is schemathesis.GenerationMode.POSITIVE or "/frame" not in operation.path
]
_ADDRESSES = count(1)

Send = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, loaded_url: str) -> Iterator[str]:
    url = f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'conversations.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", loaded_url)
        patch.setenv("CONVERSATION_DATABASE_URL", url)
        patch.setenv("TOKEN_KEY", "k" * 40)
        patch.setenv("PROXIES", "1")
        engine = connect(url)
        migrate(engine)
        rasa = PlayedRasa(url)
        app = Sanic(f"openapi-{Path(url).parent.name}", configure_logging=False)
        rasa.behind(app)
        app.blueprint(PortalInput.from_credentials(None).blueprint(rasa), url_prefix="/webhooks/portal")
        with serving(app) as running:
            yield running
        engine.dispose()
        rasa.store.engine.dispose()


def from_somewhere() -> dict[str, str]:
    """Headers of a citizen at an address of their own, so that no limit is in the way."""
    number = next(_ADDRESSES)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def test_the_description_is_served_as_it_is_written(address: str) -> None:
    assert httpx.get(f"{address}/webhooks/portal/openapi.json").json() == json.loads(json.dumps(openapi()))


@pytest.mark.parametrize(("operation", "mode"), TRIED)
def test_every_operation_answers_as_described(
    operation: schemathesis.schemas.APIOperation, mode: schemathesis.GenerationMode, address: str
) -> None:
    conversations = f"{address}/webhooks/portal/conversations"

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def try_it(case: schemathesis.Case) -> None:
        headers = from_somewhere()
        if "conversation" in case.path_parameters:
            started = httpx.post(conversations, headers=headers).json()
            case.path_parameters["conversation"] = started["conversation"]
            headers["Conversation-Token"] = started["token"]
        # The checks of what is documented: status codes, content types, schemas.
        case.call_and_validate(
            base_url=address,
            headers=headers,
            checks=[
                schemathesis.checks.not_a_server_error,
                schemathesis.specs.openapi.checks.status_code_conformance,
                schemathesis.specs.openapi.checks.content_type_conformance,
                schemathesis.specs.openapi.checks.response_schema_conformance,
            ],
        )

    try_it()


@pytest.mark.parametrize("operation", OF_A_CONVERSATION, ids=lambda operation: operation.label)
def test_without_the_right_token_every_conversation_is_shut(
    operation: schemathesis.schemas.APIOperation, address: str
) -> None:
    path = operation.path.replace("{conversation}", quote("x" * 32))
    refused = httpx.request(operation.method.upper(), f"{address}{path}", headers=from_somewhere())
    assert refused.status_code == 401
    assert refused.json()["code"] == "token"
