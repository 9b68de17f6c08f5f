"""What is decided about a message before anything else touches it."""

from __future__ import annotations

import pytest

from bot.turns.wall import Decision, Reading, Standing, decide, is_clear_yes, level_unstored, read, says_safe

OPEN = Standing("checkin", True)


@pytest.mark.parametrize("choice", ["crisis", "not_safe"])
def test_a_crisis_choice_is_a_crisis_without_asking_a_model(choice: str) -> None:
    assert read(None, choice) == Reading("crisis")


def test_another_choice_is_none() -> None:
    assert read(None, "menu") == Reading("none")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes.",
        "yes I'm safe",
        "oui",
        "I am safe",
        "im safe thanks",
        "yes, i'm okay",
        "Je suis en sécurité",
        "yep",
        *"yes yeah yep yup oui ouais".split(),
        *(f"{who} safe" for who in ("i'm", "im", "i am", "we're", "were", "we are")),
        "je suis en securite",
        "on est en sécurité",
        *(f"I'm {how} safe" for how in ("totally", "completely", "all", "quite", "very")),
        "je suis bien en sécurité",
        *(f"I'm {so}" for so in ("safe", "ok", "okay", "fine", "good", "alright", "all right")),
        *(f"I'm safe {when}" for when in ("now", "right now", "for now")),
        "je suis en sécurité maintenant",
        *(f"{thanks}, I'm safe" for thanks in ("thank you", "thanks", "thank", "merci")),
        *(f"I'm safe, {thanks}" for thanks in ("thank you", "thanks", "merci")),
        "yes" + "!" * 77,
    ],
)
def test_a_clear_yes(text: str) -> None:
    assert is_clear_yes(text)
    decided = decide("none", text, None, OPEN)
    assert decided.says_safe
    assert decided.level == "none"
    assert decided.standing == Standing("none", False)


@pytest.mark.parametrize(
    "text",
    ["no", "not really", "I don't know", "maybe", "yes but not for long", "yes and no", "???", "safe for who",
     "fine whatever", "mentors", "", "yes I want to talk", "no I'm safe from everyone but me",
     "I said yes", "yes" + "!" * 78],
)  # fmt: skip
def test_anything_else_typed_while_the_check_in_is_open_is_a_crisis(text: str) -> None:
    assert not is_clear_yes(text)
    decided = decide("none", text, None, OPEN)
    assert decided.level == "crisis"
    assert decided.standing == Standing("crisis", False)


def test_a_message_says_what_its_words_say() -> None:
    assert read("I want to die", None) == Reading("crisis", False)
    assert read("my resident told me she wants to die", None) == Reading("crisis", True)
    assert read("hello", None) == Reading("none", False)
    assert read("", None) == read(None, None) == Reading("none")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("I'm safe", True),
        ("I AM SAFE", True),
        ("je suis en sécurité", True),
        ("je suis en securite", True),
        ("yes", False),
        ("I'm fine", False),
        ("she is safe", False),
    ],
)
def test_somebody_says_that_they_are_safe(text: str, says: bool) -> None:
    assert says_safe(text) is says
    assert decide("none", text, None, Standing()) == Decision("none", Standing(), says)


def test_being_safe_is_not_heard_in_a_message_that_may_be_a_crisis() -> None:
    assert decide("checkin", "I'm safe", None, Standing()) == Decision("checkin", OPEN)
    assert decide("checkin", "I'm safe", None, OPEN) == Decision("crisis", Standing("crisis"))


def test_a_message_without_words_says_nothing() -> None:
    assert decide("none", None, None, Standing()) == Decision("none", Standing())
    assert decide("none", None, None, OPEN) == Decision("crisis", Standing("crisis"))


@pytest.mark.parametrize("pinned", ["none", "checkin", "crisis"])
def test_each_decision_in_full(pinned: str) -> None:
    before = Standing(pinned)
    kept = "crisis" if pinned == "crisis" else "none"
    assert decide("crisis", "…", None, before) == Decision("crisis", Standing("crisis", False))
    assert decide("crisis", None, "crisis", before) == Decision("crisis", Standing("crisis", False))
    assert decide("none", None, "safe", before) == Decision("none", Standing(kept), True)
    assert decide("none", None, "menu", before) == Decision("none", Standing(pinned))
    assert decide("none", "I'm safe", None, before) == Decision("none", Standing(kept), True)
    assert decide("none", "yes", None, Standing(pinned, True)) == Decision("none", Standing(kept), True)
    assert decide("none", "hello", None, before) == Decision("none", before)
    opened = "crisis" if pinned == "crisis" else "checkin"
    assert decide("checkin", "…", None, before) == Decision("checkin", Standing(opened, True))


def test_at_first_nothing_is_pinned_and_nothing_open() -> None:
    assert Standing() == Standing("none", False)
    assert Decision("none", Standing()).says_safe is False
    assert Reading("none").for_another is False


def test_after_a_crisis_nothing_unpins_the_floor() -> None:
    pinned = Standing("crisis", True)
    for text, choice in (("yes", None), (None, "safe"), (None, "menu"), (None, "start_over")):
        assert decide("none", text, choice, pinned).standing.pinned == "crisis"


def test_after_a_check_in_only_being_safe_unpins_it() -> None:
    assert decide("none", None, "menu", OPEN).standing.pinned == "checkin"
    assert decide("none", None, "safe", OPEN).standing.pinned == "none"


def test_a_possible_crisis_opens_the_check_in_and_pins_the_floor() -> None:
    decided = decide("checkin", "…", None, Standing())
    assert decided.level == "checkin"
    assert decided.standing == Standing("checkin", True)


def test_a_crisis_closes_the_check_in() -> None:
    assert decide("crisis", "…", None, OPEN).standing == Standing("crisis", False)


def test_what_is_refused_is_judged_where_its_conversation_stands() -> None:
    assert level_unstored("none", "not really", None, OPEN) == "crisis"
    assert level_unstored("none", "yes", None, OPEN) == "none"
    assert level_unstored("none", None, "menu", OPEN) == "none"
    assert level_unstored("none", "not really", None, Standing()) == "none"
    assert level_unstored("checkin", "it was long ago", None, Standing()) == "checkin"


@pytest.mark.parametrize(
    "text",
    [
        "no", "Nope.", "nah", "not really", "never", "maybe", "unsure", "idk", "dunno", "I don't know", "i dont know",
        "I do not", "I'm not", "im not sure", "I am not", "non", "nan", "pas vraiment", "jamais", "peut-être",
        "je ne sais pas", "j'sais pas", "jsais pas", "je sais pas", "chais pas", "… no",
    ],
)  # fmt: skip
def test_where_it_cannot_be_looked_up_what_begins_like_a_no_is_taken_for_one(text: str) -> None:
    assert level_unstored("none", text, None, None) == "crisis"


def test_where_it_cannot_be_looked_up_anything_else_is_what_it_says() -> None:
    for text in (
        "yes I am safe",
        "where can I find a mentor",
        "hello",
        "nobody answers there",
        "hello, not much",
        "",
        None,
    ):
        assert level_unstored("none", text, None, None) == "none"
    assert level_unstored("none", None, "menu", None) == "none"
    assert level_unstored("checkin", "hello", None, None) == "checkin"
