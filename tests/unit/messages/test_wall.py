"""What is said without a model, word for word: a change of the floor must be meant, and made here as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.messages import (
    Locale,
    after_the_floor,
    beside_another,
    brief_floor,
    checkin_question,
    floor,
    not_taken,
    too_fast,
    too_long,
    trouble,
)

SAID = json.loads((Path(__file__).parent / "constants.json").read_text(encoding="utf-8"))
CONSTANTS: dict[str, Callable[..., Any]] = {
    "floor": floor,
    "floor, for another": lambda *locale: floor(*locale, for_another=True),
    "brief floor": brief_floor,
    "check-in": checkin_question,
    "beside another": beside_another,
    "trouble": trouble,
    "too long": too_long,
    "not taken": not_taken,
    "too fast": too_fast,
    "after the floor": after_the_floor,
}


@pytest.mark.parametrize("locale", ["en", "fr"])
@pytest.mark.parametrize("name", CONSTANTS)
def test_every_sentence_is_the_reviewed_one(name: str, locale: Locale) -> None:
    assert CONSTANTS[name](locale).to_dict() == SAID[locale][name]


@pytest.mark.parametrize("name", CONSTANTS)
def test_who_chose_no_language_is_answered_in_english(name: str) -> None:
    assert CONSTANTS[name]() == CONSTANTS[name]("en")
