"""How a message is read, sentence by sentence, with a few rules and a classifier made for these tests."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.safety import screening
from bot.safety.rules import Rules, load
from bot.safety.screening import CLASSIFIER, Reason, Screening, plain, screen, screen_by_rules, screen_with

RULES = """
cues:
  past:
    spared_by: again
    patterns: years ago
  study:
    spares_first_person: true
    patterns: essay
  negation:
    patterns: never
  shift:
    patterns: shift
  taken_back:
    patterns: but no
rules:
- id: die
  category: explicit
  strength: strong
  lowered_by: [past, study, negation, taken_back]
  patterns: want to die
- {id: gone, category: explicit, strength: strong, patterns: be gone}
- {id: miss, category: explicit, strength: strong, patterns: miss him so}
- {id: alone, category: explicit, strength: strong, lowered_by: [past], patterns: though alone}
- {id: friend, category: someone_else, strength: strong, patterns: friend might die}
- {id: hitting, category: violence, strength: strong, patterns: hitting me}
- {id: grief, category: grief_risk, strength: strong, patterns: join mom}
- {id: survivor, category: survivors, strength: strong, patterns: brother is dead}
- {id: tired, category: hopeless, strength: weak, lowered_by: [past], unless: [shift], patterns: so tired}
- {id: burden, category: burden, strength: weak, patterns: a burden}
harmless: |
  dying of laughter
  want to die laughing
"""


class Reader:
    """A classifier that scores as it is told, and remembers what it was given to read."""

    def __init__(self, score: Callable[[str], float]) -> None:
        self._score = score
        self.texts: list[str] = []
        self.plain: list[str] = []

    def scores(self, texts: Sequence[str], plain: Sequence[str]) -> list[float]:
        self.texts += texts
        self.plain += plain
        return [self._score(text) for text in texts]


def scoring(score: float) -> Reader:
    return Reader(lambda _: score)


SHIPPED = screening._rules


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rules:
    (tmp_path / "xx.yml").write_text(RULES, encoding="utf-8")
    rules = load(tmp_path)
    monkeypatch.setattr(screening, "_rules", lambda: rules)
    return rules


def reasons(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(reason.rule, reason.cues) for reason in screen_by_rules(text).reasons]


def test_what_is_found_is_told_with_its_rule_and_its_sentence() -> None:
    assert screen_by_rules("where is the office please. i want to die").reasons == (
        Reason("die", "explicit", "strong", 1, (), False),
    )
    assert screen_by_rules("hello").reasons == ()


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("i want to die", ()),
        ("years ago i want to die", ("past",)),
        ("i want to die years ago", ("past",)),
        ("years ago and again i want to die", ()),
        ("i never want to die", ("negation",)),
        ("i never want to die years ago", ("past", "negation")),
        ("in the essay they want to die", ("study",)),
        ("my essay is late and i want to die", ()),
        ("they want to die but no", ()),
        ("but no they want to die", ("taken_back",)),
        ("i write an essay want to die", ()),
        ("essay where i one two three four five want to die", ()),
        ("essay where i one two three four five six want to die", ("study",)),
    ],
)
def test_cues_in_the_same_clause_lower_a_match(text: str, cues: tuple[str, ...]) -> None:
    assert reasons(text) == [("die", cues)]


@pytest.mark.parametrize("word", "i me myself je j moi".split())
def test_a_study_does_not_lower_what_people_say_of_themselves(word: str) -> None:
    assert reasons(f"essay {word} want to die") == [("die", ())]


@pytest.mark.parametrize("word", "but however though although except yet mais pourtant cependant sauf".split())
def test_a_turn_keeps_cues_apart(word: str) -> None:
    assert reasons(f"years ago {word} they want to die") == [("die", ())]
    assert reasons(f"they want to die {word} years ago") == [("die", ())]
    assert reasons(f"{word} years ago they want to die") == [("die", ("past",))]
    assert reasons(f"they want to die years ago {word}") == [("die", ("past",))]
    assert reasons(f"and {word} so {word} years ago they want to die so {word} and {word} so") == [("die", ("past",))]
    assert reasons(f"so {word} years ago {word} they want to die") == [("die", ())]
    assert reasons(f"they want to die {word} years ago {word} so") == [("die", ())]
    assert reasons(f"years ago they want to die {word} so") == [("die", ("past",))]
    assert reasons(f"years ago {word} they say {word} they want to die") == [("die", ())]
    assert reasons(f"they want to die {word} they say {word} years ago") == [("die", ())]


def test_a_match_that_begins_with_a_turn_is_in_the_clause_it_begins() -> None:
    assert reasons("years ago though alone") == [("alone", ())]
    assert reasons("years ago and so though alone years ago") == [("alone", ("past",))]


def test_a_match_without_a_cue_counts_before_one_with() -> None:
    assert reasons("years ago they want to die but they want to die") == [("die", ())]
    assert reasons("they want to die years ago but they never want to die") == [("die", ("past",))]


def test_a_weak_rule_is_lowered_by_denial_alone_and_silenced_by_its_own_cues() -> None:
    assert reasons("so tired years ago") == [("tired", ())]
    assert reasons("never so tired") == [("tired", ("negation",))]
    assert reasons("so tired after the shift") == []
    assert reasons("so tired after the shift but so tired") == [("tired", ())]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("so tired", "checkin"),
        ("so tired and a burden", "crisis"),
        ("so tired. the office is closed for today. a burden to many people here", "crisis"),
        ("never so tired and a burden", "checkin"),
        ("i never want to die", "checkin"),
        ("i want to die", "crisis"),
        ("hello", "none"),
    ],
)
def test_levels_by_the_rules_alone(text: str, level: str) -> None:
    assert screen_by_rules(text).level == level


@pytest.mark.parametrize(
    "word",
    """
    he she they him her them who friend friends colleague coworker resident student learner classmate roommate partner
    wife husband brother sister mother father mom mum dad son daughter kid child cousin auntie uncle niece nephew
    patient il elle ils elles lui qui ami amie collegue residente etudiant etudiante conjoint conjointe blonde chum
    frere soeur mere pere fils fille cousine tante oncle neveu patiente enfant coloc
    """.split(),
)
def test_a_wish_of_another_is_told_apart(word: str) -> None:
    assert screen_by_rules(f"i know {word} want to die").reasons[0].of_another


@pytest.mark.parametrize("word", ["i", "je", "j"])
def test_the_last_one_named_is_the_one_it_is_said_of(word: str) -> None:
    assert not screen_by_rules(f"my friend knows {word} want to die").reasons[0].of_another
    assert screen_by_rules(f"{word} know they want to die").reasons[0].of_another


def test_where_nobody_is_named_before_it_is_said_by_who_writes() -> None:
    assert screen_by_rules("want to die").reasons[0].of_another is False
    assert not screen_by_rules("i miss him so").reasons[0].of_another
    assert not screen_by_rules("want to die said my friend").reasons[0].of_another


@pytest.mark.parametrize("text", ["my husband is hitting me", "friends say join mom", "my brother is dead"])
def test_another_is_named_and_who_writes_is_meant(text: str) -> None:
    (reason,) = screen_by_rules(text).reasons
    assert not reason.of_another


def test_worry_for_another_is_of_another_whoever_says_it() -> None:
    screened = screen_by_rules("i fear friend might die")
    assert screened.reasons[0].of_another
    assert screened.about_another
    assert not screen_by_rules("i fear friend might die and i want to die").about_another
    assert not screen_by_rules("they want to die").about_another


def test_harmless_words_are_taken_out_and_leave_a_gap() -> None:
    assert reasons("i want to die laughing") == []
    assert reasons("i want to die laughing and i want to die") == [("die", ())]
    assert plain("I was dying of laughter and she was dying of laughter here") == "i was and she was here"
    assert plain("I am dying of laughter be there") == "i am be there"
    assert reasons("be dying of laughter gone") == []


def test_work_is_counted_over_all_sentences_and_both_readings() -> None:
    first, second = "they want to die.", "my brother is dead now."
    steps = screen_by_rules(first).steps
    assert screen_by_rules(f"{first} {second}").steps == steps + screen_by_rules(second).steps
    # A phrase is one step, and each of its words one. Nothing is tried that lacks a word it needs.
    assert steps == 4
    # The harmless phrase is found, and nothing is left that a rule could begin with.
    assert screen_by_rules("they want to die laughing").steps == 5
    assert screen_by_rules("they want to die laughing, they want to die").steps == 5 + 5 + 4
    assert Screening("none").steps == 0


def test_a_message_is_read_whole_and_by_sentences_and_without_what_is_harmless() -> None:
    reader = scoring(-20)
    assert screen_with(reader, "Hello there you.").level == "none"
    assert (reader.texts, reader.plain) == (["Hello there you."], ["hello there you"])
    reader = scoring(-20)
    screen_with(reader, "Hello all of you. I want to go home!")
    assert reader.texts == ["Hello all of you. I want to go home!", "Hello all of you.", "I want to go home!"]
    assert reader.plain == ["hello all of you i want to go home", "hello all of you", "i want to go home"]
    reader = scoring(-20)
    screen_with(reader, "I am dying of laughter")
    assert reader.texts == ["I am dying of laughter", "i am"]
    assert reader.plain == ["i am", "i am"]


def test_what_is_harmless_does_not_raise_the_score() -> None:
    def loud(text: str) -> float:
        return 9.0 if "laughter" in text else -9.0

    assert screen_with(Reader(loud), "I am dying of laughter").level == "none"
    assert screen_with(Reader(lambda text: -loud(text)), "I am dying of laughter").level == "none"
    assert screen_with(scoring(9), "I am dying of laughter").level == "crisis"


def test_what_is_harmless_in_one_sentence_is_taken_out_of_the_whole() -> None:
    text = "I like all of you. I am dying of laughter. I am at home."
    reader = Reader(lambda part: 9.0 if "like" in part and "home" in part else -9.0)
    assert screen_with(reader, text).reasons == (Reason("classifier", "classifier", "strong", 0),)
    assert reader.texts[-1] == reader.plain[-1] == "i like all of you i am i am at home"


def test_two_windows_are_read_as_two() -> None:
    reader = scoring(-20)
    screen_with(reader, "we are all here. " * 16)
    assert len(reader.texts) == len(reader.plain) == 2 + 16


def test_a_long_message_is_read_in_windows_as_they_stand() -> None:
    reader = Reader(lambda text: 9.0 if "last" in text else -20.0)
    text = "we are dying of laughter here. " * 30 + "this is the last."
    screened = screen_with(reader, text)
    assert screened.level == "crisis"
    assert len(reader.texts) == 4 + 31
    assert reader.plain[0] == "we are here " * 9 + "we are here"
    assert screened.reasons == (Reason(CLASSIFIER, CLASSIFIER, "strong", 30),)


def test_a_sentence_by_itself_needs_a_higher_score() -> None:
    text = "Where is the office please? I cannot any more today."
    heard = screen_with(Reader(lambda part: 8.0 if part.startswith("I ") else -20.0), text)
    assert heard.reasons == (Reason(CLASSIFIER, CLASSIFIER, "strong", 1),)
    assert screen_with(Reader(lambda part: 4.0 if part.startswith("I ") else -20.0), text).level == "checkin"
    assert screen_with(Reader(lambda part: 1.0 if part.startswith("I ") else -20.0), text).level == "none"


def test_a_doubted_find_is_read_again_by_itself_in_plain_words() -> None:
    text = "Where is the office please? I wanna die, honestly."
    reader = scoring(-20)
    assert screen_with(reader, text).reasons == (Reason("die", "explicit", "strong", 1, (CLASSIFIER,)),)
    assert (reader.texts[-1], reader.plain[-1]) == ("i want to die honestly", "i want to die honestly")
    assert screen_with(Reader(lambda part: -1.5 if part == "i want to die honestly" else -20.0), text).level == "crisis"
    assert screen_with(Reader(lambda part: -1.6), text).level == "checkin"


def test_what_is_not_doubted_is_not_read_again() -> None:
    reader = scoring(-1.5)
    assert screen_with(reader, "i want to die").level == "crisis"
    assert reader.texts == ["i want to die"]
    assert screening._upheld([], [], -1.5, reader) == frozenset()
    reader = scoring(-20)
    screen_with(reader, "i never want to die")
    assert reader.texts == ["i never want to die"]


def test_the_odds_of_risk_grow_with_the_score() -> None:
    p = [screen_with(scoring(score), "hello").p for score in (-1e9, -2.0, 0.0, 2.0, 1e9)]
    slope, intercept = screening._ODDS
    assert p[0] == pytest.approx(math.exp(-50), rel=0.1, abs=0)
    assert 0.5 < (p[2] or 0) < 0.7 < (p[3] or 0) < 0.9
    assert p[2] == pytest.approx(1 / (1 + math.exp(-intercept)))
    assert p[3] == pytest.approx(1 / (1 + math.exp(-2 * slope - intercept)))
    assert p[4] == pytest.approx(1.0)
    assert screen_by_rules("hello").p is None


def test_screen_asks_the_classifier_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = scoring(9)
    monkeypatch.setattr(screening, "classifier", lambda: reader)
    assert screen("hello").level == "crisis"
    assert screening.warm()
    monkeypatch.setattr(screening, "classifier", lambda: None)
    assert screen("hello").level == "none"
    assert not screening.warm()


def test_getting_warm_reads_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = scoring(0)
    monkeypatch.setattr(screening, "classifier", lambda: reader)
    screening.warm()
    assert reader.texts == reader.plain == ["hello"]


def test_getting_warm_loads_the_rules_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(screening, "_rules", lambda: asked.append("rules"))
    monkeypatch.setattr(screening, "classifier", lambda: None)
    screening.warm()
    assert asked == ["rules"]
    assert SHIPPED() is SHIPPED()
    assert {rule.id for rule in SHIPPED().rules} == {rule.id for rule in load().rules}


def test_a_failing_classifier_is_told_without_a_word_of_the_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> float:
        raise RuntimeError(text)

    monkeypatch.setattr(screening, "classifier", lambda: Reader(fail))
    with caplog.at_level(logging.ERROR):
        assert screen("i want to die").level == "crisis"
    assert caplog.messages == ["the safety classifier failed: RuntimeError"]
