from __future__ import annotations

import pytest

from bot.safety.normalise import canonical
from bot.safety.patterns import Compiler, PatternError, Sentence

SLOTS = {"WANT": ["(want|wants) [to]", "ready to"], "LOOP": ["a $LOOP"]}


def matches(pattern: str, text: str) -> bool:
    return bool(Compiler(SLOTS, canonical).compile(pattern).spans(Sentence(text.split())))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("want to die", "i want to die now", True),
        ("want to die", "i want die", False),
        ("want [to] die", "i want die", True),
        ("want (to)? die", "i want die", True),
        ("(die|be dead)", "i will be dead", True),
        ("want ~2 die", "want so badly die", True),
        ("want ~2 die", "want a b c die", False),
        ("suicid*", "suicidality", True),
        ("$WANT die", "she wants to die", True),
        ("$WANT die", "ready to die", True),
        ("live !(in|at)", "live in town", False),
        ("live !(in|at)", "live now", True),
        ("took NUM pills", "took 3 pills", True),
        ("took MANY pills", "took 3 pills", False),
        ("took MANY pills", "took thirty pills", True),
        ("START help END", "help", True),
        ("START help END", "please help", False),
        ("can't", "i can not", True),
    ],
)
def test_the_pattern_language_means_what_its_description_says(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize("bad", ["(a|b", "a)", "[a", "(a|)", "$NOPE", "$LOOP", "~99 a", "a !", "x*"])
def test_a_pattern_that_cannot_be_read_is_refused_with_its_text(bad: str) -> None:
    with pytest.raises(PatternError):
        Compiler(SLOTS, canonical).compile(bad)


def test_nested_choices_do_not_explode() -> None:
    pattern = Compiler({}, canonical).compile("a " + "[(a|a a|a a a)] ~5 " * 8 + "z")
    sentence = Sentence(["a"] * 48 + ["z"] * 0 + ["z"])
    pattern.spans(sentence)
    assert sentence.steps < 200_000
