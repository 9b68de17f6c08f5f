"""Decide from one message whether the person, or someone they speak of, may be in a crisis.

The walk is short: normalise, read sentence by sentence, take out what is known to be harmless, try the rules, look at
the words around each match; let the classifier read the message, and its sentences one by one; add up. Certain ->
"crisis", possible -> "checkin", neither -> "none". Words around a match, or the classifier, can make a strong rule's
certain match possible, never nothing.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from bot.safety.classifier import Classifier, classifier, portions
from bot.safety.normalise import Words, shortened
from bot.safety.patterns import Pattern, Sentence
from bot.safety.rules import Cue, Rule, Rules, Strength, load

log = logging.getLogger(__name__)

Level = Literal["crisis", "checkin", "none"]

CLASSIFIER = "classifier"
"""The rule named by a reason that comes from the classifier."""

_MASK = "\u2205"
"""Stands where harmless words stood, so that the words around them do not meet."""
_TURNS = frozenset({"but", "however", "though", "although", "except", "yet", "mais", "pourtant", "cependant", "sauf"})
_FIRST_PERSON = frozenset({"i", "me", "myself", "je", "j", "moi"})
_FIRST_PERSON_REACH = 6
_WORRY = "someone_else"
_OF_WHO_WRITES = frozenset({"violence", "survivors", "grief_risk"})
"""Categories in which another is named and who writes is meant: "my husband is hitting me"."""
_SPEAKER = frozenset({"i", "je", "j"})
_OTHERS = frozenset(
    """
    he she they him her them who friend friends colleague coworker resident student learner classmate roommate partner
    wife husband brother sister mother father mom mum dad son daughter kid child cousin auntie uncle niece nephew
    patient il elle ils elles lui qui ami amie collegue residente etudiant etudiante conjoint conjointe blonde chum
    frere soeur mere pere fils fille cousine tante oncle neveu patiente enfant coloc
    """.split()
)
_ENOUGH_WEAK = 2
_WEAK_LOWERED_BY = ("negation",)

# Scores of the classifier: roughly the log-odds of risk among its examples. Set by cross-validation over the voices of
# the examples, each voice scored by a classifier that had not read it (tests/bench/cross_validate.py).
_POSSIBLE = -2.5
_CERTAIN = 2.5
_CERTAIN_WITH_STRONG_RULE = -1.5
"""Below this the classifier doubts what a strong rule found: it makes the message possible, never nothing."""
_CERTAIN_WITH_WEAK_RULE = 1.5
"""Where a weak rule agrees, and no words around a strong rule's match speak against it."""
_WEAK_RULE_COUNTS = -4.5
"""Below this a weak rule, whose words also tell of other things, counts for nothing."""
_SENTENCE_HANDICAP = 5.0
"""What a sentence must have over a whole message: out of its place it says less, and the nets learnt whole messages."""
_ODDS = (0.57, 0.28)
"""From a score to the odds of risk: slope and intercept of a logistic regression on cross-validated scores."""


@dataclass(frozen=True)
class Reason:
    """Why a message got its level. Holds no word of the message."""

    rule: str
    category: str
    strength: Strength
    sentence: int
    """Which sentence of the message, from 0."""
    cues: tuple[str, ...] = ()
    """Cues that lowered this one, if any did."""
    of_another: bool = False
    """Whether it is said of somebody else than who writes."""

    @property
    def certain(self) -> bool:
        """Whether this reason alone makes a crisis."""
        return self.strength == "strong" and not self.cues


@dataclass(frozen=True)
class Screening:
    """The level of a message and the reasons for it.

    `p` is how likely risk is by the classifier alone, from 0 to 1; None where it took no part.
    """

    level: Level
    reasons: tuple[Reason, ...] = ()
    p: float | None = None
    steps: int = 0
    """Work done, in steps of the matcher: grows with the length of the message, and tests hold it to that."""

    @property
    def about_another(self) -> bool:
        """Whether all that the rules found is said of somebody else, a colleague or a friend."""
        found = [reason for reason in self.reasons if reason.rule != CLASSIFIER]
        worried = any(reason.category == _WORRY for reason in found)
        return worried and all(reason.of_another for reason in found)


@lru_cache(maxsize=1)
def _rules() -> Rules:
    return load()


def warm() -> bool:
    """Load rules and classifier now rather than at the first message; True when the classifier takes part."""
    _rules()
    reader = classifier()
    if reader is not None:
        reader.scores(["hello"], ["hello"])
    return reader is not None


def screen(text: str) -> Screening:
    """Screen one message, in English or French or both. Pure, thread-safe, never raises on any string."""
    text = shortened(text)
    reader = classifier()
    if reader is not None:
        try:
            return screen_with(reader, text)
        except Exception as error:
            # Whatever breaks in the classifier, the floor comes. Only the kind of error is told: its text could quote.
            log.error("the safety classifier failed: %s", type(error).__name__)
    return screen_by_rules(text)


def screen_with(reader: Classifier, text: str) -> Screening:
    """Screen a message with this classifier: for `screen`, and for whoever tries out another one."""
    read = _read(text)
    reasons = _found(read)
    windows, sentences = portions(text)
    # Most messages are one window, whose plain words are those that were just read.
    whole = [_plain(read)] if len(windows) == 1 else [plain(window) for window in windows]
    # What is known to be harmless is taken out for the classifier as for the rules, where there is any.
    rest = whole if len(windows) == 1 and any(sentence.masked for sentence in read) else []
    scores = reader.scores([*windows, *sentences, *rest], [*whole, *map(plain, sentences), *rest])
    by_window, by_sentence, without = _split(scores, len(windows), len(sentences))
    score, at = _strongest([min([*by_window, *without])] if without else by_window, by_sentence)
    return _joined(read, reasons, score, at, _upheld(read, reasons, score, reader))


def screen_by_rules(text: str) -> Screening:
    """The rules' own verdict, in a fraction of a millisecond: for a second look at what `screen` has seen already."""
    read = _read(shortened(text))
    return _by_rules(read, _found(read))


def plain(text: str) -> str:
    """A text in plain words, without what is known to be harmless: disguises and typing habits undone."""
    return _plain(_read(text))


def _plain(read: list[_Read]) -> str:
    return " ".join(sentence.plain for sentence in read)


def _read(text: str) -> list[_Read]:
    rules = _rules()
    return [_Read(words, rules) for words in rules.normaliser.sentences(text)]


def _found(read: list[_Read]) -> list[Reason]:
    rules = _rules()
    return [reason for index, sentence in enumerate(read) for reason in sentence.reasons(rules, index)]


def _by_rules(read: list[_Read], reasons: list[Reason]) -> Screening:
    weak = {reason.category for reason in reasons if reason.strength == "weak" and not reason.cues}
    certain = any(reason.certain for reason in reasons) or len(weak) >= _ENOUGH_WEAK
    level: Level = "crisis" if certain else "checkin" if reasons else "none"
    return Screening(level, tuple(reasons), None, _steps(read))


def _split(scores: list[float], first: int, second: int) -> tuple[list[float], list[float], list[float]]:
    return scores[:first], scores[first : first + second], scores[first + second :]


def _strongest(windows: list[float], sentences: list[float]) -> tuple[float, int]:
    """The highest score, and the number of the sentence it is of (0 where it is that of more than one)."""
    score = max(windows, default=-math.inf)
    if not sentences:
        return score, 0
    best = max(range(len(sentences)), key=sentences.__getitem__)
    return max(score, sentences[best] - _SENTENCE_HANDICAP), best


def _upheld(read: list[_Read], reasons: list[Reason], score: float, reader: Classifier) -> frozenset[int]:
    """The sentences in which a certain rule's find is upheld, though the message as it stands was doubted.

    They are read again by themselves and in plain words: so is seen what is said in disguise or in a long message.
    """
    if score >= _CERTAIN_WITH_STRONG_RULE:
        return frozenset()
    doubted = sorted({reason.sentence for reason in reasons if reason.certain})
    texts = [read[index].plain for index in doubted]
    again = zip(doubted, reader.scores(texts, texts))
    return frozenset(index for index, second in again if second >= _CERTAIN_WITH_STRONG_RULE)


def _joined(
    read: list[_Read], reasons: list[Reason], score: float, at: int, upheld: frozenset[int] = frozenset()
) -> Screening:
    """Rules and classifier together: it doubts some of what they found, and adds what they left open."""
    if score < _CERTAIN_WITH_STRONG_RULE:
        reasons = [
            replace(reason, cues=(CLASSIFIER,)) if reason.certain and reason.sentence not in upheld else reason
            for reason in reasons
        ]
    if score < _WEAK_RULE_COUNTS:
        reasons = [reason for reason in reasons if reason.strength == "strong"]
    certain = any(reason.certain for reason in reasons)
    if not certain and score >= _POSSIBLE:
        agreed = bool(reasons) and not any(reason.strength == "strong" for reason in reasons)
        certain = score >= (_CERTAIN_WITH_WEAK_RULE if agreed else _CERTAIN)
        reasons = [*reasons, Reason(CLASSIFIER, CLASSIFIER, "strong" if certain else "weak", at)]
    level: Level = "crisis" if certain else "checkin" if reasons else "none"
    slope, intercept = _ODDS
    p = 1 / (1 + math.exp(-min(50.0, max(-50.0, slope * score + intercept))))
    return Screening(level, tuple(reasons), p, _steps(read))


def _steps(read: list[_Read]) -> int:
    return sum(sentence.steps for sentence in read)


class _Read:
    """One sentence as it was read: its words, the words without the harmless ones, what was found around."""

    def __init__(self, words: Words, rules: Rules) -> None:
        self._whole = Sentence(words)
        masked = _without_harmless(rules, self._whole)
        self.masked = masked != words
        """Whether something harmless was taken out."""
        self._sentence = Sentence(masked) if self.masked else self._whole
        self.context = _Context(self._whole, rules)
        self.plain = " ".join(word for word in masked if word != _MASK)

    def reasons(self, rules: Rules, index: int) -> list[Reason]:
        """What the rules find here."""
        tried = (_try(rule, self._sentence, self.context, index) for rule in rules.rules)
        return [reason for reason in tried if reason is not None]

    @property
    def steps(self) -> int:
        """Work done so far on this sentence."""
        return self._whole.steps + (self._sentence.steps if self._sentence is not self._whole else 0)


def _without_harmless(rules: Rules, sentence: Sentence) -> Words:
    words = list(sentence.words)
    for pattern in rules.harmless:
        for start, end in pattern.spans(sentence):
            words[start:end] = [_MASK] * (end - start)
    return tuple(words)


def _try(rule: Rule, sentence: Sentence, context: _Context, index: int) -> Reason | None:
    """The best reason this rule gives in this sentence: one without lowering cues if there is one."""
    lowered: Reason | None = None
    for pattern in rule.patterns:
        for span in pattern.spans(sentence):
            if rule.unless and context.cues_at(span, rule.unless):
                continue
            cues = context.cues_at(span, rule.lowered_by if rule.strength == "strong" else _WEAK_LOWERED_BY)
            of_another = rule.category == _WORRY or (
                rule.category not in _OF_WHO_WRITES and context.is_of_another(span)
            )
            reason = Reason(rule.id, rule.category, rule.strength, index, cues, of_another)
            if not cues:
                return reason
            lowered = lowered or reason
    return lowered


class _Context:
    """Which cues stand where in one sentence; each cue is looked for once."""

    def __init__(self, sentence: Sentence, rules: Rules) -> None:
        self._sentence = sentence
        self._cues = rules.cues
        self._turns = [i for i, word in enumerate(sentence.words) if word in _TURNS]
        self._found: dict[int, list[int]] = {}

    def cues_at(self, span: tuple[int, int], names: Iterable[str]) -> tuple[str, ...]:
        """Those of the named cues that stand in the same clause as the match."""
        first_person = self._first_person(span)
        low, high = self._clause(span)
        return tuple(
            name
            for name in names
            if any(
                low <= at < high
                for cue in self._cues.get(name, ())
                if not (first_person and cue.spares_first_person)
                for at in self._where(cue)
            )
        )

    def is_of_another(self, span: tuple[int, int]) -> bool:
        """Whether the last one named before a match, or at its beginning, is somebody else than who writes."""
        for word in reversed(self._sentence.words[: span[0] + 1]):
            if word in _SPEAKER or word in _OTHERS:
                return word in _OTHERS
        return False

    def _where(self, cue: Cue) -> list[int]:
        if id(cue) not in self._found:
            spared = _anywhere(cue.spared_by, self._sentence)
            self._found[id(cue)] = (
                [] if spared else [start for p in cue.patterns for start, _ in p.spans(self._sentence)]
            )
        return self._found[id(cue)]

    def _clause(self, span: tuple[int, int]) -> tuple[int, int]:
        low = max((turn for turn in self._turns if turn <= span[0]), default=0)
        high = min((turn for turn in self._turns if turn >= span[1]), default=len(self._sentence.words))
        return low, high

    def _first_person(self, span: tuple[int, int]) -> bool:
        start = max(0, span[0] - _FIRST_PERSON_REACH)
        return any(word in _FIRST_PERSON for word in self._sentence.words[start : span[1]])


def _anywhere(patterns: Iterable[Pattern], sentence: Sentence) -> bool:
    return any(pattern.spans(sentence) for pattern in patterns)
