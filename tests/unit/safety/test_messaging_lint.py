from __future__ import annotations

import pytest

from bot.safety.messaging_lint import lint, reading_grade


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("He committed suicide.", "blaming"),
        ("people who commit suicide", "blaming"),
        ("a successful suicide", "outcome"),
        ("a failed attempt", "outcome"),
        ("an unsuccessful suicide attempt", "outcome"),
        ("he hanged himself", "method"),
        ("jumped off a bridge", "method"),
        ("We will keep you safe.", "promise"),
        ("100% confidential", "promise"),
        ("Help is guaranteed.", "promise"),
        ("Everything will be fine.", "promise"),
        ("Please calm down.", "cold"),
        ("non-compliant", "cold"),
    ],
)
def test_english_wording_that_must_not_be_shown_is_found(text: str, rule: str) -> None:
    assert [finding.rule for finding in lint(text, "en")] == [rule]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Il a commis un suicide.", "blaming"),
        ("une tentative ratée", "outcome"),
        ("un suicide réussi", "outcome"),
        ("elle s'est pendue", "method"),
        ("100 % confidentiel", "promise"),
        ("Nous vous garderons en sécurité.", "promise"),
        ("C'est garanti.", "promise"),
        ("Calmez-vous.", "cold"),
    ],
)
def test_french_wording_that_must_not_be_shown_is_found(text: str, rule: str) -> None:
    assert [finding.rule for finding in lint(text, "fr")] == [rule]


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("9-8-8: Suicide Crisis Helpline. Call or text, any time.", "en"),
        ("You do not have to be alone with this. A person can talk with you right now.", "en"),
        ("It is free and confidential.", "en"),
        ("A place is not guaranteed.", "en"),
        ("Ligne d'aide en cas de crise de suicide : appelez ou textez le 9-8-8.", "fr"),
        ("C'est gratuit et confidentiel.", "fr"),
    ],
)
def test_plain_and_honest_wording_passes(text: str, locale: str) -> None:
    assert lint(text, "fr" if locale == "fr" else "en") == []


def test_a_hard_text_is_graded_too_high_and_a_plain_one_is_not() -> None:
    hard = (
        "Organizational accommodation considerations necessitate interdisciplinary consultation regarding "
        "institutional responsibilities and administrative documentation requirements."
    )
    assert [finding.rule for finding in lint(hard, "en")] == ["grade"]
    plain = reading_grade("You can call this line at any hour. Someone will listen. You choose what you want to share.")
    assert plain is not None
    assert plain < 5


def test_short_texts_are_not_graded() -> None:
    assert reading_grade("Administrative accommodation documentation") is None
