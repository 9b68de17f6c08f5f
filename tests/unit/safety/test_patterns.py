from __future__ import annotations

import pytest

from bot.safety.normalise import canonical
from bot.safety.patterns import Compiler, PatternError, Sentence, number

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
        ("suicid* now", "suicidal now please", True),
        ("suicid* now", "suicidal", False),
        ("Éch* now", "echec now", True),
        ("ab*", "about", True),
        ("want ~1 die", "want so die", True),
        ("want ~1 die", "want so much die", False),
        ("a ~30 z", "a " + "b " * 30 + "z", True),
        ("took NUM pills", "took 0 pills", True),
        ("took NUM", "took", False),
        ("took MANY pills", "took 6 pills", True),
        ("took MANY pills", "took 5 pills", False),
        ("took MANY pills", "took six pills", True),
        ("took MANY pills", "took pills", False),
        ("$WANT x $WANT y", "wants to x ready to y", True),
        ("a|b c", "b c", True),
        ("a|b c", "a", True),
        ("(NUM|a b|c) d", "a b d", True),
        ("(NUM|a b|c) d", "3 d", True),
        ("(NUM|a b|c) d", "c d", True),
        ("((a|NUM b)|c) d", "3 b d", True),
        ("((a|NUM b)|c) d", "a d", True),
        ("((a|NUM b)|c) d", "c d", True),
        ("[a] b", "b", True),
        ("[a] b c", "a b c", True),
        ("([a] b|c) d", "b d", True),
        ("(!a b|c) d", "b d", True),
        ("(~2 b|c) d", "x b d", True),
        ("die END", "die", True),
        ("die END", "die now", False),
    ],
)
def test_the_pattern_language_means_what_its_description_says(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "bad",
    [
        "(a|b",
        "a)",
        "[a",
        "(a|)",
        "$NOPE",
        "$LOOP",
        "~99 a",
        "~31 a",
        "~0 a",
        "a !",
        "x*",
        "(aX",
        "a ~ b",
        "a $b c",
        "'",
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused_with_its_text(bad: str) -> None:
    with pytest.raises(PatternError):
        Compiler(SLOTS, canonical).compile(bad)


def spans(pattern: str, text: str) -> list[tuple[int, int]]:
    return Compiler(SLOTS, canonical).compile(pattern).spans(Sentence(text.split()))


def test_a_match_is_the_shortest_from_each_of_its_beginnings() -> None:
    assert spans("a ~5 b", "x a b b a c b") == [(1, 3), (4, 7)]
    assert spans("[a] b", "a b") == [(0, 2), (1, 2)]
    assert spans("(a|b) c", "b c a c") == [(0, 2), (2, 4)]
    assert spans("END", "a b") == [(2, 2)]
    assert spans("!a", "a b") == [(1, 1), (2, 2)]
    assert spans("x y", "a b") == []


def test_what_cannot_match_is_not_tried() -> None:
    """A pattern is skipped where a word it needs is missing, and begun only where it can begin."""
    for pattern, text, steps in [
        ("a b", "a c", 0),
        ("a b", "x x b x", 0),
        ("a b", "a b", 3),
        ("(a|b) c", "x b c x", 4),
    ]:
        sentence = Sentence(text.split())
        Compiler({}, canonical).compile(pattern).spans(sentence)
        assert sentence.steps == steps, pattern


@pytest.mark.parametrize(
    ("pattern", "needs", "firsts"),
    [
        ("a [b] c", ["a", "c"], "a"),
        ("(a|~2 b|(c d) e)", ["abc"], None),
        ("([a] b|c) d", ["bc", "d"], "abc"),
        ("[a] [b] c", ["c"], "abc"),
        ("([a]|b) c", ["c"], None),
        ("(a|NUM)", [], None),
        ("(a|~2 (b|c) d)", ["ad"], None),
        ("NUM a", ["a"], None),
    ],
)
def test_the_words_a_pattern_needs_and_can_begin_with(pattern: str, needs: list[str], firsts: str | None) -> None:
    compiled = Compiler({}, canonical).compile(pattern)
    assert sorted(map(sorted, compiled.needs)) == sorted(map(sorted, needs))
    assert compiled.firsts == (None if firsts is None else frozenset(firsts))


def test_the_words_a_rule_file_speaks_of_are_known() -> None:
    compiler = Compiler({"WHO": ["she", "he"]}, canonical)
    compiler.compile("can't ($WHO|NUM) suicid* [go]")
    assert compiler.words == {"can", "not", "she", "he", "go"}


def test_a_slot_may_be_used_again_and_in_another() -> None:
    compiler = Compiler({"A": ["x"], "B": ["$A y"]}, canonical)
    pattern = compiler.compile("$B $A $B")
    assert pattern.spans(Sentence("x y x x y".split())) == [(0, 5)]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("0", 0), ("7", 7), ("20mg", 20), ("5g", 5), ("10ml", 10), ("3x", 3), ("123456", 123456), ("1234567", None),
        ("mg", None), ("x20", None), ("20kg", None), ("20mgs", None), ("", None), ("pills", None),
        ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8),
        ("nine", 9), ("ten", 10), ("eleven", 11), ("twelve", 12), ("fifteen", 15), ("twenty", 20), ("thirty", 30),
        ("forty", 40), ("fifty", 50), ("sixty", 60), ("seventy", 70), ("eighty", 80), ("ninety", 90),
        ("hundred", 100), ("dozen", 12), ("dozens", 24), ("couple", 2),
        ("un", 1), ("une", 1), ("deux", 2), ("trois", 3), ("quatre", 4), ("cinq", 5), ("sept", 7), ("huit", 8),
        ("neuf", 9), ("dix", 10), ("douze", 12), ("quinze", 15), ("vingt", 20), ("trente", 30), ("quarante", 40),
        ("cinquante", 50), ("cent", 100),
    ],
)  # fmt: skip
def test_numbers_in_digits_in_words_and_as_doses(word: str, value: int | None) -> None:
    assert number(word) == value


def test_nested_choices_do_not_explode() -> None:
    pattern = Compiler({}, canonical).compile("a " + "[(a|a a|a a a)] ~5 " * 8 + "z")
    sentence = Sentence(["a"] * 48 + ["z"] * 0 + ["z"])
    pattern.spans(sentence)
    assert sentence.steps < 200_000
