"""Typed text never reaches the dialogue engine as a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.protocol import defuse


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/restart", "restart"),
        ("//greet", "greet"),
        (" / /back", "back"),
        ("/greet@1.0 I want to die", "greet@1.0 I want to die"),
        ("and/or", "and/or"),
        ("hello", "hello"),
        ("/", "?"),
        ("", "?"),
    ],
)
def test_leading_slashes_go_and_the_words_stay(typed: str, read: str) -> None:
    assert defuse(typed) == read


@given(st.text())
def test_no_text_is_a_command(typed: str) -> None:
    read = defuse(typed)
    assert read
    assert not read.lstrip().startswith("/")
