"""How contacts are written and linked."""

from __future__ import annotations

import pytest

from bot.directory import Contact, extension_text, href, label_text, number_text, sms_href, tel_href
from bot.directory.telephone import is_north_american, keypad_digits, mentions

VANITY = Contact(
    kind="phone", printed="1-855-554-HEAL", digits="1-855-554-4325", e164="+18555544325", dial="+18555544325"
)
WITH_EXTENSION = Contact(kind="phone", printed="1-800-263-4889", e164="+18002634889", dial="+18002634889", ext="7")
SHORT = Contact(kind="phone", printed="9-8-8", dial="988")
KEYWORD = Contact(kind="sms", number="686868", keyword="CONNECT")
PLAIN_TEXT = Contact(kind="sms", number="988")
ALBERTA = Contact(kind="phone", printed="811", dial="811", label_en="Only in Alberta", label_fr="Seulement en Alberta")
PAGE = Contact(kind="web", url="https://www.hopeforwellness.ca/fr?page=1")
CHAT = Contact(kind="chat", url="https://www.hopeforwellness.ca")
MAIL = Contact(kind="email", address="someone@example.org", label_en="Office", label_fr="Bureau")


def test_links_hold_digits_only() -> None:
    assert tel_href(VANITY) == "tel:+18555544325"
    assert tel_href(WITH_EXTENSION) == "tel:+18002634889"
    assert tel_href(SHORT) == "tel:988"
    assert sms_href(KEYWORD) == "sms:686868"
    assert sms_href(PLAIN_TEXT) == "sms:988"


def test_every_kind_has_its_link() -> None:
    assert href(SHORT) == "tel:988"
    assert href(PLAIN_TEXT) == "sms:988"
    assert href(PAGE) == "https://www.hopeforwellness.ca/fr?page=1"
    assert href(CHAT) == "https://www.hopeforwellness.ca"
    assert href(MAIL) == "mailto:someone@example.org"


def test_letters_stand_beside_their_digits() -> None:
    assert number_text(VANITY) == "1-855-554-HEAL (1-855-554-4325)"
    assert number_text(SHORT) == "9-8-8"


@pytest.mark.parametrize(
    ("contact", "english", "french"),
    [
        (VANITY, "1-855-554-HEAL (1-855-554-4325)", "1-855-554-HEAL (1-855-554-4325)"),
        (
            WITH_EXTENSION,
            "1-800-263-4889, then press or ask for extension 7",
            "1-800-263-4889, puis demandez le poste 7",
        ),
        (KEYWORD, "Text CONNECT to 686868", "Textez CONNECT au 686868"),
        (PLAIN_TEXT, "Text 988", "Textez le 988"),
        (ALBERTA, "Only in Alberta: 811", "Seulement en Alberta : 811"),
        (PAGE, "Website: hopeforwellness.ca", "Site Web : hopeforwellness.ca"),
        (CHAT, "Online chat: hopeforwellness.ca", "Clavardage : hopeforwellness.ca"),
        (MAIL, "Office: someone@example.org", "Bureau : someone@example.org"),
    ],
)
def test_the_text_is_enough_without_the_link(contact: Contact, english: str, french: str) -> None:
    assert label_text(contact, "en") == english
    assert label_text(contact, "fr") == french


def test_a_page_is_called_by_its_own_label() -> None:
    page = Contact(kind="web", url="https://www.cma.ca/apology", label_en="The apology", label_fr="Les excuses")

    assert (label_text(page, "en"), label_text(page, "fr")) == ("The apology", "Les excuses")


def test_an_extension_is_a_step_of_its_own() -> None:
    assert extension_text(WITH_EXTENSION, "en") == "then press or ask for extension 7"
    assert extension_text(WITH_EXTENSION, "fr") == "puis demandez le poste 7"
    assert extension_text(VANITY, "en") is None


@pytest.mark.parametrize(
    ("printed", "digits"),
    [
        ("1-855-554-HEAL", "18555544325"),
        ("1-833-MÉTISBC", "18336384722"),
        ("1-800-KUU-US17", "18005888717"),
        ("1-866-HELP-DOC", "18664357362"),
        ("1-877-SOS-4MDS", "18777674637"),
        ("1-866-APPELLE", "18662773553"),
        ("9-8-8", "988"),
    ],
)
def test_letters_are_pressed_on_the_keypad(printed: str, digits: str) -> None:
    assert keypad_digits(printed) == digits


@pytest.mark.parametrize("e164", ["+1988", "988", "18555544325", "+1 855 554 4325", "+33142685300", "", "+1"])
def test_only_full_numbers_of_the_plan_are_north_american(e164: str) -> None:
    assert not is_north_american(e164)
    assert is_north_american("+18555544325")


@pytest.mark.parametrize(
    "text",
    [
        "Call 1-800-667-5005.",
        "(800) 667 5005",
        "+1.800.667.5005",
        "tel 8006675005#1",
        "1 800 667\u20115005",
        "1\u202f800\u202f667\u202f5005",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert mentions(text, "1-800-667-5005")


def test_other_numbers_are_not_taken_for_it() -> None:
    assert not mentions("Call 1-800-667-5006 at 8.", "1-800-667-5005")
    assert not mentions("Room 45646", "45645")
    assert not mentions("+1 456 450 0000", "45645")
    assert mentions("text 45645 now", "45645")
