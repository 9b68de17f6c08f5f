"""The floor: its order, its words, and its numbers against the reviewed content."""

from __future__ import annotations

from datetime import date

import pytest

from bot.directory import read_content
from bot.messages import (
    FLOOR_SLUGS,
    Choices,
    Locale,
    Resources,
    Text,
    brief_floor,
    checkin_question,
    floor,
    floor_first,
    is_floor,
    message_from_dict,
    trouble,
)
from bot.settings import ROOT

LOCALES: list[Locale] = ["en", "fr"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_floor_names_988_then_hope_for_wellness_then_911(locale: Locale) -> None:
    message = floor(locale)
    assert tuple(card.slug for card in message.resources) == FLOOR_SLUGS
    text = message.text or ""
    assert 0 < text.index("9-8-8") < text.index("1-855-242-3310") < text.index("9-1-1")
    assert ("local emergency number or nearest health centre" in text) == (locale == "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_floors_numbers_hours_and_names_are_those_of_the_directory(locale: Locale) -> None:
    content = read_content(ROOT / "data" / "resources", date.today())
    entries = {entry.slug: entry for entry in content.entries["crisis"]}
    for card in floor(locale).resources:
        entry = entries[card.slug]
        assert entry.state == "published"
        links = {f"tel:{c.dial}" for c in entry.contacts if c.kind == "phone" and c.show}
        links |= {f"sms:{c.number}" for c in entry.contacts if c.kind == "sms" and c.show}
        links |= {c.url for c in entry.contacts if c.kind in ("web", "chat") and c.show}
        assert {contact.href for contact in card.contacts} <= links
        assert entry.hours.kind == "always"
        assert card.hours.open_now is True
        assert card.source_read_on == entry.source_read_on.isoformat()
        official = entry.name.fr if locale == "fr" else entry.name.en
        assert card.name == official or card.slug == "emergency-911"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_brief_floor_has_both_numbers_in_order(locale: Locale) -> None:
    text = brief_floor(locale).text
    assert text.index("9-8-8") < text.index("1-855-242-3310")


def test_the_floor_goes_in_front_once() -> None:
    hello = Text("hello")
    assert floor_first([hello], "en") == (floor("en"), hello)
    assert floor_first([floor("en"), hello], "en") == (floor("en"), hello)
    assert floor_first([hello, floor("fr")], "en") == (floor("en"), hello)
    assert floor_first([], "fr") == (floor("fr"),)


def test_a_message_that_only_resembles_the_floor_is_not_it() -> None:
    real = floor("en")
    assert is_floor(real)
    assert not is_floor(Resources(tuple(reversed(real.resources)), real.text))
    assert not is_floor(Resources(real.resources, "Here are some lines."))
    assert not is_floor(Text(real.text or ""))


def test_the_floor_with_more_services_behind_it_is_still_the_floor() -> None:
    real = floor("fr", for_another=True)
    assert is_floor(real)
    assert is_floor(Resources((*real.resources, real.resources[0]), real.text))
    assert not is_floor(Resources(real.resources[:2], real.text))


@pytest.mark.parametrize("message", [floor("fr"), checkin_question("en"), trouble("fr"), Choices((), None)])
def test_a_message_survives_the_way_through_json(message: object) -> None:
    assert message_from_dict(message.to_dict()) == message  # type: ignore[attr-defined]


def test_an_unknown_message_is_refused() -> None:
    with pytest.raises(ValueError, match="text, resources or choices"):
        message_from_dict({"type": "video"})
