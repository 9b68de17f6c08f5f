"""Decide from one message whether the person, or someone they speak of, may be in a crisis.

The walk is short: normalise, read sentence by sentence, take out what is known to be harmless, try the rules, look at
the words around each match, let the classifier doubt and add, add up. Certain -> "crisis", possible -> "checkin",
neither -> "none". Words around a match, or the classifier, can make a certain one possible, never nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from bot.safety.classifier import UNREAD, classifier
from bot.safety.normalise import Words
from bot.safety.patterns import Pattern, Sentence
from bot.safety.rules import Cue, Rule, Rules, Strength, load

Level = Literal["crisis", "checkin", "none"]

CLASSIFIER = "classifier"
"""The rule named by a reason that comes from the classifier."""

_MASK = "\u2205"
"""Stands where harmless words stood, so that the words around them do not meet."""
_TURNS = frozenset({"but", "however", "though", "although", "except", "yet", "mais", "pourtant", "cependant", "sauf"})
_FIRST_PERSON = frozenset({"i", "me", "myself", "je", "j", "moi"})
_FIRST_PERSON_REACH = 6
_ENOUGH_WEAK = 2
_EASING_CUES = ("academic", "training", "work", "past", "quoting", "negation", "line_info")

_WEAK_LOWERED_BY = ("negation",)

# Scores of the classifier: 0 is its own border, 1 is where examples of risk begin to lie. Set by cross-validation on
# the examples: a miss weighs more than an alarm.
_POSSIBLE = -0.3
_POSSIBLE_BESIDE_CUES = 0.3
_CERTAIN_WITH_WEAK_RULE = 0.3
_CERTAIN_ALONE = 0.8
_UNLIKELY = -0.75
"""Below this the classifier doubts a rule that is certain: it then makes the message possible, never nothing."""
_OPEN_TO_DOUBT = frozenset(
    {"violence", "danger_to_others", "someone_else", "goodbye", "metaphor", "self_harm", "grief_risk", "burden"}
)
"""Categories whose words also tell of other things. What is said outright is not doubted."""


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

    @property
    def certain(self) -> bool:
        """Whether this reason alone makes a crisis."""
        return self.strength == "strong" and not self.cues


@dataclass(frozen=True)
class Screening:
    """The level of a message and the reasons for it."""

    level: Level
    reasons: tuple[Reason, ...] = ()
    steps: int = 0
    """Work done, in steps of the matcher: grows with the length of the message, and tests hold it to that."""


@lru_cache(maxsize=1)
def _rules() -> Rules:
    return load()


def warm() -> bool:
    """Load rules and classifier now rather than at the first message; True when the classifier takes part."""
    _rules()
    reader = classifier()
    if reader is not None:
        reader.scores(["hello"])
    return reader is not None


def screen(text: str) -> Screening:
    """Screen one message, in English or French or both. Pure, thread-safe, never raises on any string."""
    return _screen(text, second_reader=True)


def screen_by_rules(text: str) -> Screening:
    """The rules' own verdict, in a fraction of a millisecond: for a second look at what `screen` has seen already."""
    return _screen(text, second_reader=False)


def _screen(text: str, *, second_reader: bool) -> Screening:
    rules = _rules()
    read = [_Read(words, rules) for words in rules.normaliser.sentences(text)]
    reasons = [reason for index, sentence in enumerate(read) for reason in sentence.reasons(rules, index)]
    if second_reader:
        reasons = _second_reader(read, reasons)
    level: Level = "crisis" if _certain(reasons) else "checkin" if reasons else "none"
    return Screening(level, tuple(reasons), sum(sentence.steps for sentence in read))


def plain_sentences(text: str) -> list[str]:
    """The sentences of a text as the classifier reads them: plain words, without what is known to be harmless."""
    rules = _rules()
    return [_Read(words, rules).plain for words in rules.normaliser.sentences(text)]


def _certain(reasons: Iterable[Reason]) -> bool:
    held = list(reasons)
    weak = {r.category for r in held if r.strength == "weak" and not r.cues and r.rule != CLASSIFIER}
    return any(reason.certain for reason in held) or len(weak) >= _ENOUGH_WEAK


def _second_reader(read: list[_Read], reasons: list[Reason]) -> list[Reason]:
    """The reasons as the classifier leaves them: it doubts some, and adds its own on what the rules left open."""
    reader = classifier()
    if reader is None:
        return reasons
    scores = reader.scores([sentence.plain for sentence in read])
    reasons = [
        replace(reason, cues=(CLASSIFIER,)) if _doubted(reason, scores[reason.sentence]) else reason
        for reason in reasons
    ]
    if _certain(reasons):
        return reasons
    weak_in = {reason.sentence for reason in reasons if reason.strength == "weak" and not reason.cues}
    for index, score in enumerate(scores):
        if len(read[index].plain.split()) < 2:
            continue
        cues = read[index].context.cues_at((0, 0), _EASING_CUES, whole=True)
        if score < (_POSSIBLE_BESIDE_CUES if cues else _POSSIBLE):
            continue
        sure = score >= (_CERTAIN_WITH_WEAK_RULE if index in weak_in else _CERTAIN_ALONE)
        reasons.append(Reason(CLASSIFIER, CLASSIFIER, "strong" if sure else "weak", index, cues))
    return reasons


def _doubted(reason: Reason, score: float) -> bool:
    return reason.certain and reason.category in _OPEN_TO_DOUBT and UNREAD < score < _UNLIKELY


class _Read:
    """One sentence as it was read: its words, the words without the harmless ones, what was found around."""

    def __init__(self, words: Words, rules: Rules) -> None:
        self._whole = Sentence(words)
        masked = _without_harmless(rules, self._whole)
        self._sentence = self._whole if masked == words else Sentence(masked)
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
            reason = Reason(rule.id, rule.category, rule.strength, index, cues)
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

    def cues_at(self, span: tuple[int, int], names: Iterable[str], *, whole: bool = False) -> tuple[str, ...]:
        """Those of the named cues that stand in the same clause as the match, or anywhere if `whole`."""
        first_person = not whole and self._first_person(span)
        low, high = (0, len(self._sentence.words)) if whole else self._clause(span)
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
