"""Questions about what was shown are answered from the directory, the same in both languages, and nothing is added."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

import actions
from actions import base, followup
from actions.base import Reply, Visit
from bot.directory import apply_content, connect, upgrade
from bot.messages import Choices, Locale, Resources, Text

for module in pkgutil.iter_modules(actions.__path__):
    importlib.import_module(f"actions.{module.name}")

NIGHT = datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc)
CONTENT = Path(__file__).resolve().parents[3] / "data" / "resources"


@pytest.fixture(scope="module", autouse=True)
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The real content in a database of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('followup')}/guide.db"
    engine = connect(url)
    upgrade(engine)
    apply_content(engine, CONTENT)
    engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield
    base._directory(url).dispose()
    base._directory.cache_clear()


def visit(*shown: str, locale: Locale = "en", **fields: str | None) -> Visit:
    trail = ("physician_program",) if shown else ()
    return replace(Visit(locale, "ON", None, trail, now=NIGHT, shown=shown), **fields)


def said(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages if isinstance(message, Text))


def slugs(reply: Reply) -> list[str]:
    return [card.slug for message in reply.messages if isinstance(message, Resources) for card in message.resources]


def test_hours_tell_what_is_open_closed_and_not_known() -> None:
    told = said(followup.ActionAskHours().reply(visit("php-on", "paro-helpline", "welldoc-resources-on", "cmpa")))
    assert "Physician Health Program (PHP): Closed right now." in told
    assert "PARO 24-hour Helpline: Open now. 24 hours a day, 7 days a week." in told
    assert "days not stated. I can't tell if it is open right now." in told
    assert "The listing does not say for: Resources Available in Ontario" in told


def test_what_no_listing_says_is_said_to_be_unknown() -> None:
    told = said(followup.ActionAskCost().reply(visit("imsac", "ipac")))
    assert told.startswith("The listing does not say, and I don't want to guess")
    assert "free" not in told.replace("listing", "")


def test_a_call_is_not_called_private_where_the_listing_is_silent() -> None:
    silent = said(followup.ActionAskWho().reply(visit("national-irs-crisis-line")))
    assert "Run by: Government of Canada (ISC)." in silent
    assert "confidential" not in silent
    assert "the listing does not say" in silent
    spoken = said(followup.ActionAskWho().reply(visit("paro-helpline")))
    assert "It is confidential and anonymous." in spoken
    assert "does not say" not in spoken


def test_languages_are_named_in_the_language_of_the_person() -> None:
    told = said(followup.ActionAskLanguage().reply(visit("hope-for-wellness", "sk-healthline-811", locale="fr")))
    assert "anglais et français; cri, Ojibway et Inuktitut/Inuktut (sur demande" in told
    assert "d'autres langues (" in told


def test_a_named_organisation_is_what_the_question_is_about() -> None:
    asked = visit("php-on", said={"organisation": "HfW"})  # type: ignore[arg-type]
    reply = followup.ActionAskCost().reply(asked)
    assert said(reply) == "Hope for Wellness Helpline: It is free."
    assert reply.visit.shown == ("hope-for-wellness",)


def test_a_named_region_is_what_the_question_is_about() -> None:
    asked = replace(visit("php-on", said={"region": "NS"}), region="NS")  # type: ignore[arg-type]
    told = said(followup.ActionAskWho().reply(asked))
    assert "Doctors Nova Scotia" in told
    assert "Ontario" not in told


@pytest.mark.parametrize("intent", ["ask_hours", "ask_cost", "ask_language", "ask_who", "ask_again", "ask_none"])
def test_with_nothing_shown_the_person_is_asked_what_they_look_for(intent: str) -> None:
    reply = base.action_for(intent).reply(visit())
    assert reply.topic == "menu"
    assert [type(message) for message in reply.messages] == [Choices]


@pytest.mark.parametrize(
    ("topic", "place", "expected"),
    [
        ("physician", ("physician_program",), "physician"),
        ("smalltalk", ("physician_program",), "physician"),
        ("smalltalk", (), "connect"),
    ],
)
def test_the_topic_is_that_of_the_place(topic: str, place: tuple[str, ...], expected: str) -> None:
    reply = followup.ActionAskHours().reply(replace(visit("imsac"), topic=topic, trail=place))
    assert reply.topic == expected


def test_none_of_these_goes_wider_then_to_the_overview_then_to_the_menu() -> None:
    asked = replace(visit("php-on"), topic="physician")
    wider = followup.ActionAskNone().reply(asked)
    assert "cmpa" in slugs(wider)
    assert "php-on" not in slugs(wider)
    assert "emergency-911" not in slugs(wider)
    again = replace(asked, shown=tuple(slugs(wider)), aside="ask_none")
    overview = followup.ActionAskNone().reply(again)
    assert overview.visit.place == "physician"
    menu = followup.ActionAskNone().reply(replace(again, trail=("physician",)))
    assert menu.topic == "menu"


@pytest.mark.parametrize("intent", ["ask_hours", "ask_cost", "ask_language", "ask_who"])
def test_both_languages_tell_a_fact_of_the_same_resources(intent: str) -> None:
    english, french, action = visit(), visit(locale="fr"), base.action_for(intent)
    assert isinstance(action, followup._FollowUp)
    differ = [
        listing.resource.slug
        for listing in english.find()
        if bool(action.fact(english, listing)) != bool(action.fact(french, listing))
    ]
    assert differ == []


@pytest.mark.parametrize("patterns", [followup._COST, followup._PRIVATE, followup._PEOPLE])
def test_both_languages_quote_the_same_resources(patterns: dict[Locale, re.Pattern[str]]) -> None:
    english, french = visit(), visit(locale="fr")
    differ = [
        listing.resource.slug
        for listing in english.find()
        if listing.resource.kind_of_service not in followup._NOBODY_ANSWERS
        and bool(followup._sentences(english, listing, patterns))
        != bool(followup._sentences(french, listing, patterns))
    ]
    assert differ == []


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_hours_that_are_not_listed_are_known_as_such(locale: Locale) -> None:
    asked = visit(locale=locale)
    told = {listing.resource.hours_text(locale) for listing in asked.find() if listing.resource.hours_kind == "unknown"}
    assert asked.text("hours_not_listed").text in told
    assert len(told) == 2, "a new way of saying that hours are not listed? Say it as the others do"
