"""Rate limits and tokens."""

from __future__ import annotations

import jwt
import pytest

from bot.channels.limits import RateLimit
from bot.channels.tokens import BadTokenError, Tokens


def test_a_burst_is_allowed_then_a_wait_then_again() -> None:
    now = 0.0
    limit = RateLimit(3, 60, clock=lambda: now)
    assert [limit.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 1]
    now = 1.0
    assert limit.wait_seconds("a") == 0
    assert limit.wait_seconds("a") == 1


def test_one_key_does_not_use_up_anothers() -> None:
    limit = RateLimit(1, 1, clock=lambda: 0.0)
    assert limit.wait_seconds("a") == 0
    assert limit.wait_seconds("b") == 0
    assert limit.wait_seconds("a") == 60


def test_the_memory_of_keys_is_bounded() -> None:
    limit = RateLimit(1, 1, clock=lambda: 0.0)
    for number in range(20_000):
        limit.wait_seconds(str(number))
    assert len(limit._buckets) == 10_000


def test_a_token_is_read_back_and_marks_bodies_its_own_way() -> None:
    tokens = Tokens(b"secret")
    one, two = (tokens.read(f"Bearer {tokens.issue('c')}") for _ in range(2))
    assert one.conversation_id == "c"
    assert one.fingerprint("hello") == one.fingerprint("hello") != one.fingerprint("bye")
    assert one.fingerprint("hello") != two.fingerprint("hello")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic x", "Bearer " + "a.b.c"])
def test_a_header_without_a_good_token_is_refused(header: str | None) -> None:
    with pytest.raises(BadTokenError):
        Tokens(b"secret").read(header)


def test_a_token_of_another_key_or_of_no_algorithm_is_refused() -> None:
    tokens = Tokens(b"secret")
    foreign = Tokens(b"other").issue("c")
    unsigned = jwt.encode({"sub": "c", "jti": "n"}, key="", algorithm="none")
    for token in (foreign, unsigned):
        with pytest.raises(BadTokenError):
            tokens.read(f"Bearer {token}")
