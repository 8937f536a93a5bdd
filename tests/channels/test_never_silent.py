from __future__ import annotations

import asyncio

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels import never_silent as module
from bot.channels.never_silent import Handler, never_silent


def ask(handler: Handler) -> list[dict[str, object]]:
    channel = CollectingOutputChannel()
    asyncio.run(never_silent(handler)(UserMessage("chào", channel, "someone")))
    return list(channel.messages)


def assert_apology(messages: list[dict[str, object]]) -> None:
    assert "xin lỗi" in str(messages[0]["text"])
    custom = messages[1]["custom"]
    assert isinstance(custom, dict)
    assert custom["outcome"] == "unavailable"


def test_a_reply_goes_through_untouched() -> None:
    async def answer(message: UserMessage) -> None:
        await message.output_channel.send_text_message(message.sender_id, "Dạ, em chào anh/chị!")

    assert [message["text"] for message in ask(answer)] == ["Dạ, em chào anh/chị!"]


def test_silence_becomes_an_apology() -> None:
    async def silent(message: UserMessage) -> None:
        return None

    assert_apology(ask(silent))


def test_a_failure_becomes_an_apology() -> None:
    async def fail(message: UserMessage) -> None:
        raise RuntimeError("broken")

    assert_apology(ask(fail))


def test_a_hang_becomes_an_apology(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIME_LIMIT", 0.05)

    async def hang(message: UserMessage) -> None:
        await asyncio.sleep(30)

    assert_apology(ask(hang))
