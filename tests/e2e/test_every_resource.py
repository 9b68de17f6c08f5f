"""Every published resource, with every number, extension and hours text, is reachable by talking and on /directory."""

from __future__ import annotations

import html
from datetime import date
from typing import Any

import pytest

from bot.directory import read_content
from bot.messages import load_catalogue
from bot.settings import ROOT

CONTENT = read_content(ROOT / "data" / "resources", date.today())
ENTRIES = [entry for entries in CONTENT.entries.values() for entry in entries]
PUBLISHED = [entry for entry in ENTRIES if entry.state == "published"]


@pytest.fixture(scope="module")
def cards(server: Any) -> dict[str, dict[str, Any]]:
    """Everything shown by pressing every choice, and every region in every place that asks for one."""
    catalogue = load_catalogue(ROOT / "data")
    regions = [value for value in catalogue.meanings if value.startswith("region_")]
    found: dict[str, dict[str, Any]] = {}

    def collect(turn: dict[str, Any]) -> None:
        for message in turn["messages"]:
            for card in message.get("resources", []):
                kept = found.setdefault(card["slug"], card)
                if len(card["contacts"]) > len(kept["contacts"]):
                    found[card["slug"]] = card

    talk = server.begin()
    for value in catalogue.meanings:
        if not value.startswith("language_"):
            collect(talk.choose(value))
    for place in ("region", "crisis_region", "university", "physician_program", "talk"):
        for region in regions:
            talk.choose(place)
            collect(talk.choose(region))
    return found


def test_all_49_entries_of_the_source_documents_are_there() -> None:
    seeds = [entry for entry in ENTRIES if entry.in_seed]
    assert len(seeds) == 49
    assert [entry.slug for entry in seeds if entry.state != "published"] == ["cma-distress-get-help-now"]


def test_every_published_entry_is_reachable_in_conversation(cards: dict[str, Any]) -> None:
    assert {entry.slug for entry in PUBLISHED} - set(cards) == set()


def test_what_is_not_published_is_never_shown(server: Any, cards: dict[str, Any]) -> None:
    hidden = [entry for entry in ENTRIES if entry.state != "published"]
    assert {entry.slug for entry in hidden} & set(cards) == set()
    page = server.client.get("/directory").text
    said = "".join(str(card) for card in cards.values()) + page
    phones = [(entry, c) for entry in ENTRIES for c in entry.contacts if c.kind == "phone" and len(c.printed) > 3]
    shown = {contact.printed for entry, contact in phones if entry.state == "published" and contact.show}
    for entry, contact in phones:
        assert contact.printed in shown or contact.printed not in said, (entry.slug, contact.printed)


def test_every_number_extension_and_hours_text_is_said_and_on_the_page(server: Any, cards: dict[str, Any]) -> None:
    page = html.unescape(server.client.get("/directory").text)
    for entry in PUBLISHED:
        card = cards[entry.slug]
        said = " ".join(f"{contact['label']} {contact['note'] or ''} {contact['href']}" for contact in card["contacts"])
        for contact in entry.contacts:
            if not contact.show:
                continue
            if contact.kind == "phone":
                extension = contact.ext and f"extension {contact.ext}"
                needed = [contact.printed, contact.digits, extension, f"tel:{contact.dial}"]
            elif contact.kind == "sms":
                needed = [contact.number, contact.keyword, f"sms:{contact.number}"]
            else:
                needed = [contact.address if contact.kind == "email" else contact.url]
            for words in filter(None, needed):
                assert words in said, (entry.slug, words)
                assert words in page, (entry.slug, words)
        assert card["hours"]["text"] == entry.hours.text.en
        assert entry.hours.text.en in page, entry.slug
        assert card["source_read_on"] == entry.source_read_on.isoformat()
        assert card["serves"]
        assert card["about"]
