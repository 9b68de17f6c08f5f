"""How rules and classifier decide together, over every score the classifier may give."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.screening import CLASSIFIER, Reason, _by_rules, _joined, _strongest

STRONG = Reason("en.explicit", "explicit", "strong", 0)
LOWERED = Reason("en.explicit", "explicit", "strong", 0, ("past",))
WEAK = Reason("en.hopeless", "hopeless", "weak", 0)
WEAK_TOO = Reason("en.burden", "burden", "weak", 1)


@pytest.mark.parametrize(
    ("reasons", "score", "level"),
    [
        ([], -2.51, "none"),
        ([], -2.5, "checkin"),
        ([], 2.49, "checkin"),
        ([], 2.5, "crisis"),
        ([STRONG], -90.0, "checkin"),
        ([STRONG], -1.51, "checkin"),
        ([STRONG], -1.5, "crisis"),
        ([LOWERED], -90.0, "checkin"),
        ([LOWERED], 2.49, "checkin"),
        ([LOWERED], 2.5, "crisis"),
        ([WEAK], -4.51, "none"),
        ([WEAK], -4.5, "checkin"),
        ([WEAK], 1.49, "checkin"),
        ([WEAK], 1.5, "crisis"),
        ([WEAK, LOWERED], 2.49, "checkin"),
        ([WEAK, LOWERED], 2.5, "crisis"),
    ],
)
def test_where_each_level_begins(reasons: list[Reason], score: float, level: str) -> None:
    assert _joined([], reasons, score, 0).level == level


@given(st.lists(st.sampled_from([STRONG, LOWERED, WEAK, WEAK_TOO]), max_size=4), st.floats(-40, 40), st.floats(0, 20))
def test_a_higher_score_never_lowers_the_level(reasons: list[Reason], score: float, more: float) -> None:
    levels = ("none", "checkin", "crisis")
    low, high = _joined([], reasons, score, 0), _joined([], reasons, score + more, 0)
    assert levels.index(low.level) <= levels.index(high.level)
    assert low.p is not None and high.p is not None
    assert 0 <= low.p <= high.p <= 1


@given(st.floats(allow_nan=False))
def test_what_a_strong_rule_found_is_never_nothing(score: float) -> None:
    assert _joined([], [STRONG], score, 0).level != "none"
    assert _joined([], [LOWERED], score, 0).level != "none"


def test_the_reasons_say_what_the_classifier_added_and_what_it_doubted() -> None:
    assert _joined([], [], 2.9, 3).reasons == (Reason(CLASSIFIER, CLASSIFIER, "strong", 3),)
    assert _joined([], [], -0.2, 2).reasons == (Reason(CLASSIFIER, CLASSIFIER, "weak", 2),)
    assert _joined([], [STRONG], -2.0, 0).reasons[0].cues == (CLASSIFIER,)
    assert _joined([], [STRONG], 2.0, 0).reasons == (STRONG,)


def test_what_is_upheld_in_its_own_sentence_is_not_doubted() -> None:
    assert _joined([], [STRONG], -5.0, 0, frozenset({0})).level == "crisis"
    assert _joined([], [STRONG], -5.0, 0, frozenset({1})).level == "checkin"


@pytest.mark.parametrize(
    ("reasons", "level"),
    [
        ([], "none"),
        ([WEAK], "checkin"),
        ([WEAK, WEAK], "checkin"),
        ([WEAK, WEAK_TOO], "crisis"),
        ([LOWERED], "checkin"),
        ([STRONG], "crisis"),
    ],
)
def test_the_rules_decide_alone_where_the_classifier_is_missing(reasons: list[Reason], level: str) -> None:
    screening = _by_rules([], reasons)
    assert screening.level == level
    assert screening.p is None


def test_a_sentence_must_say_more_than_the_whole() -> None:
    assert _strongest([0.5], []) == (0.5, 0)
    assert _strongest([0.5], [5.4, -1.0]) == (0.5, 0)
    assert _strongest([0.5], [-1.0, 6.5]) == (pytest.approx(1.5), 1)
    assert _strongest([], []) == (-math.inf, 0)
    assert _strongest([0.5, 2.0, 1.0], []) == (2.0, 0)


def test_worry_for_another_is_told_apart() -> None:
    friend = Reason("en.someone_else", "someone_else", "strong", 0, (), True)
    assert _joined([], [friend], 1.0, 0).about_another
    assert not _joined([], [friend, STRONG], 1.0, 0).about_another
    assert not _joined([], [], 1.0, 0).about_another
