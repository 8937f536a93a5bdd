from __future__ import annotations

import pytest

from bot.channels.limits import Concurrency, RateLimit, TooMuch


def test_who_asks_too_often_waits_and_nobody_else_does() -> None:
    limit = RateLimit(per_minute=3)
    for _ in range(3):
        limit.spend("an")
    with pytest.raises(TooMuch) as refused:
        limit.spend("an")
    assert refused.value.reason == "rate"
    assert 1 <= refused.value.retry_after <= 21
    limit.spend("bình")


def test_only_so_many_run_at_once() -> None:
    concurrency = Concurrency(each=2, together=3)
    with concurrency.slot("an"), concurrency.slot("an"):
        with pytest.raises(TooMuch, match="busy"), concurrency.slot("an"):
            pass
        with concurrency.slot("bình"), pytest.raises(TooMuch), concurrency.slot("chi"):
            pass
        with concurrency.slot("chi"):
            pass
    with concurrency.slot("an"), concurrency.slot("an"):
        pass


def test_a_place_is_free_again_after_a_failure() -> None:
    concurrency = Concurrency(each=1, together=1)
    with pytest.raises(ValueError, match="x"), concurrency.slot("an"):
        raise ValueError("x")
    with concurrency.slot("an"):
        pass
