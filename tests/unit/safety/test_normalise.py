from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.normalise import MAX_CHARACTERS, MAX_SENTENCE_WORDS, Normaliser, canonical, clean

LEXICON = frozenset(
    "i want to die kill myself suicide suicidal not can do am have help so please go on end it all the pills".split()
)
NORMALISER = Normaliser(LEXICON)


def words(text: str) -> str:
    return " / ".join(" ".join(sentence) for sentence in NORMALISER.sentences(text))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I can't", "i can not"),
        ("i cant", "i can not"),
        ("I can’t", "i can not"),
        ("im", "i am"),
        ("wanna", "want to"),
        ("k1ll mys3lf", "kill myself"),
        ("su1c1de", "suicide"),
        ("d!e", "die"),
        ("d i e", "die"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("k.m.s", "kill myself"),
        ("k-m-s", "kill myself"),
        ("diiiie", "die"),
        ("killlll", "kill"),
        ("pleeeease", "please"),
        ("kms", "kill myself"),
        ("s/h", "self harm"),
        ("sewer slide", "suicide"),
        ("want 2 die", "want to die"),
        ("su*cide", "suicide"),
        ("k*ll", "kill"),
        ("d/ie", "die"),
        ("sucidal", "suicidal"),
        ("suicdal", "suicidal"),
        ("suiside", "suicide"),
        ("mysefl", "myself"),
        ("iwanttodie", "i want to die"),
        ("dіе", "die"),
        ("ｄｉｅ", "die"),
        ("díé", "die"),
        ("d\u200bi\u2060e", "die"),
        ("j'ai", "j ai"),
        ("jveux", "je veux"),
        ("SI+", "positive si"),
        ("9-8-8", "988"),
    ],
)
def test_what_is_typed_is_read_as_plain_words(typed: str, read: str) -> None:
    assert words(typed) == read


@pytest.mark.parametrize("kept", ["988", "24/7", "pgy1", "r2", "ms3", "811", "2026", "h1n1"])
def test_real_numbers_and_codes_stay(kept: str) -> None:
    assert words(kept) == kept


@pytest.mark.parametrize("word", ["homeless", "decide", "soldier", "studied", "therapist", "overdone", "impressed"])
def test_ordinary_words_are_not_taken_for_typos(word: str) -> None:
    assert words(word) == word


def test_sentences_are_told_apart_and_short_neighbours_read_together() -> None:
    assert words("Where is the office today please? Can you tell me the hours?").count("/") == 1
    assert words("i want to\ndie") == "i want to die"


def test_emoji_with_a_meaning_become_words_and_others_vanish() -> None:
    assert words("🔫 help 😀") == "emojigun help"


def test_rule_files_and_messages_read_short_forms_alike() -> None:
    assert canonical("can't") == ("can", "not")
    assert canonical("wanna") == ("want", "to")


@given(st.text(max_size=2_000))
def test_sentences_are_bounded(text: str) -> None:
    assert all(0 < len(sentence) <= MAX_SENTENCE_WORDS for sentence in NORMALISER.sentences(text))


def test_the_ends_of_an_endless_text_are_kept() -> None:
    cleaned = clean("start " + "x" * 10 * MAX_CHARACTERS + " end")
    assert cleaned.startswith("start ")
    assert cleaned.endswith(" end")
    assert len(cleaned) <= MAX_CHARACTERS + 1
