"""The small pattern language of the rule files, and its matcher.

A pattern is a line of words matched against the normalised words of one sentence:

    want to die         these words, in this order
    (die|be dead)       one of several; each alternative is itself a pattern
    [to]                may be left out; (to)? is the same
    ~3                  up to three words of any kind
    suicid*             any word with this beginning
    $WANT               the slot of that name (one alternative a line in the rule file)
    !(in|at)            what follows must not be this; takes no words
    NUM                 a number, in digits or in words
    MANY                a number of six or more
    START END           the edges of the sentence

Matching works on sets of positions: each node is asked at most once for each position of a sentence, so the work
is bounded by (size of the pattern) x (words of the sentence)^2 and sentences are capped in length. There is no
backtracking to run away with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

MAX_GAP = 30
Positions = frozenset[int]
NOWHERE: Positions = frozenset()

_LEXEMES = re.compile(r"\s*(\(|\)\??|\[|\]|\||!|~\d+|\$[A-Z_]+|[^\s()\[\]|!~$?]+)")

NUMBER_WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "dozen": 12, "dozens": 24, "couple": 2,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "cent": 100,
}  # fmt: skip
_MANY_FROM = 6
_LEADING_NUMBER = re.compile(r"(\d{1,6})(?:mg|g|ml|x)?\Z")


class PatternError(ValueError):
    """A pattern that cannot be read; the message names the pattern and what is wrong with it."""


@dataclass(frozen=True)
class Word:
    """One word, exactly."""

    word: str


@dataclass(frozen=True)
class Prefix:
    """Any word with this beginning."""

    prefix: str


@dataclass(frozen=True)
class Number:
    """A number of at least `least`, in digits or in words."""

    least: int


@dataclass(frozen=True)
class Edge:
    """The start or the end of the sentence."""

    at_end: bool


@dataclass(frozen=True)
class Gap:
    """From none to `most` words of any kind."""

    most: int


@dataclass(frozen=True, eq=False)
class Seq:
    """Nodes one after another."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Alt:
    """One of several; alternatives that begin with a plain word are found by that word."""

    by_word: Mapping[str, tuple[Node, ...]]
    """Keyed by first word; the node is what follows that word."""
    others: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Maybe:
    """A node that may be left out."""

    node: Node


@dataclass(frozen=True, eq=False)
class Not:
    """Holds where the node does not match; takes no words."""

    node: Node


Node = Union[Word, Prefix, Number, Edge, Gap, Seq, Alt, Maybe, Not]  # noqa: UP007 - names a class not yet defined


class Sentence:
    """The words of one sentence with a memory of what was matched where, and a count of the work done."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.vocabulary = frozenset(words)
        self.steps = 0
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self.places.setdefault(word, []).append(place)
        self._known: dict[tuple[int, int], Positions] = {}

    def ends(self, node: Node, start: int) -> Positions:
        """Positions where a match of `node` beginning at `start` can end."""
        words = self.words
        self.steps += 1
        if isinstance(node, Word):
            return frozenset((start + 1,)) if start < len(words) and words[start] == node.word else NOWHERE
        if isinstance(node, Gap):
            return frozenset(range(start, min(start + node.most, len(words)) + 1))
        if isinstance(node, Edge):
            return frozenset((start,)) if start == (len(words) if node.at_end else 0) else NOWHERE
        if isinstance(node, Prefix):
            return frozenset((start + 1,)) if start < len(words) and words[start].startswith(node.prefix) else NOWHERE
        if isinstance(node, Number):
            value = number(words[start]) if start < len(words) else None
            return frozenset((start + 1,)) if value is not None and value >= node.least else NOWHERE
        key = (id(node), start)
        known = self._known.get(key)
        if known is not None:
            return known
        found: Positions
        if isinstance(node, Seq):
            found = self._through(node.nodes, frozenset((start,)))
        elif isinstance(node, Maybe):
            found = self.ends(node.node, start) | {start}
        elif isinstance(node, Not):
            found = NOWHERE if self.ends(node.node, start) else frozenset((start,))
        else:
            reached: set[int] = set()
            if start < len(words):
                for rest in node.by_word.get(words[start], ()):
                    reached |= self.ends(rest, start + 1)
            for other in node.others:
                reached |= self.ends(other, start)
            found = frozenset(reached)
        self._known[key] = found
        return found

    def _through(self, nodes: tuple[Node, ...], at: Positions) -> Positions:
        for node in nodes:
            if not at:
                return NOWHERE
            reached: set[int] = set()
            for position in at:
                reached |= self.ends(node, position)
            at = frozenset(reached)
        return at


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern: `node` matches it, and no sentence without a word of each set in `needs` can match."""

    source: str
    node: Node
    needs: tuple[frozenset[str], ...] = field(default=())
    firsts: frozenset[str] | None = None
    """The words a match can begin with; None when it may begin with any."""

    def spans(self, sentence: Sentence) -> list[tuple[int, int]]:
        """Where the pattern matches: (first word, one past the last), the shortest match from each start."""
        for needed in self.needs:
            if needed.isdisjoint(sentence.vocabulary):
                return []
        starts: Iterable[int] = range(len(sentence.words) + 1)
        if self.firsts is not None:
            begun = self.firsts & sentence.vocabulary
            starts = sorted(place for word in begun for place in sentence.places[word])
        found = []
        for start in starts:
            ends = sentence.ends(self.node, start)
            if ends:
                found.append((start, min(ends)))
        return found


def number(word: str) -> int | None:
    """The value of a number word or of digits, a dose such as 20mg included; None when it is neither."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    digits = _LEADING_NUMBER.match(word)
    return int(digits.group(1)) if digits else None


Canonical = Callable[[str], Sequence[str]]
"""Turns a word as written in a rule file into the normalised words people's messages arrive as."""


class Compiler:
    """Compiles patterns against a table of slots; each slot is compiled once and shared.

    `canonical` is applied to every plain word so that a rule may say "can't". Raises PatternError.
    """

    def __init__(self, slots: Mapping[str, Iterable[str]], canonical: Canonical) -> None:
        self._slots = {name: tuple(lines) for name, lines in slots.items()}
        self._canonical = canonical
        self._compiled: dict[str, Node] = {}
        self._open: set[str] = set()
        self.words: set[str] = set()

    def compile(self, source: str) -> Pattern:
        """Compile one pattern."""
        node = self._parse(source)
        return Pattern(source, node, tuple(sorted(_needs(node), key=len)), _firsts(node))

    def _parse(self, source: str) -> Node:
        lexemes = _lex(source)
        node, rest = self._alternatives(lexemes, source)
        if rest:
            raise PatternError(f"unexpected {rest[0]!r} in pattern {source!r}")
        return node

    def _alternatives(self, lexemes: list[str], source: str) -> tuple[Node, list[str]]:
        options = []
        while True:
            option, lexemes = self._sequence(lexemes, source)
            options.append(option)
            if lexemes and lexemes[0] == "|":
                lexemes = lexemes[1:]
                continue
            return _alt(options), lexemes

    def _sequence(self, lexemes: list[str], source: str) -> tuple[Node, list[str]]:
        nodes: list[Node] = []
        while lexemes and lexemes[0] not in (")", ")?", "]", "|"):
            node, lexemes = self._item(lexemes, source)
            nodes.append(node)
        if not nodes:
            raise PatternError(f"empty alternative in pattern {source!r}")
        return _seq(nodes), lexemes

    def _item(self, lexemes: list[str], source: str) -> tuple[Node, list[str]]:
        head, rest = lexemes[0], lexemes[1:]
        if head in ("(", "["):
            close = ")" if head == "(" else "]"
            node, rest = self._alternatives(rest, source)
            optional = head == "[" or bool(rest and rest[0] == ")?")
            if not rest or rest[0].rstrip("?") != close:
                raise PatternError(f"missing {close!r} in pattern {source!r}")
            return (Maybe(node) if optional else node), rest[1:]
        if head == "!":
            if not rest:
                raise PatternError(f"nothing after '!' in pattern {source!r}")
            node, rest = self._item(rest, source)
            return Not(node), rest
        if head.startswith("~"):
            most = int(head[1:])
            if not 0 < most <= MAX_GAP:
                raise PatternError(f"a gap must be 1 to {MAX_GAP} words in pattern {source!r}")
            return Gap(most), rest
        if head.startswith("$"):
            return self._slot(head[1:], source), rest
        if head in ("START", "END"):
            return Edge(head == "END"), rest
        if head in ("NUM", "MANY"):
            return Number(_MANY_FROM if head == "MANY" else 0), rest
        if head.endswith("*"):
            # Not through `canonical`, which would take the beginning for a short form (suicid -> suicide).
            prefix = "".join(
                c for c in unicodedata.normalize("NFKD", head[:-1].lower()) if not unicodedata.combining(c)
            )
            if len(prefix) < 2:
                raise PatternError(f"a beginning needs two letters or more in pattern {source!r}")
            return Prefix(prefix), rest
        words = list(self._canonical(head))
        if not words:
            raise PatternError(f"no word in {head!r} of pattern {source!r}")
        self.words.update(words)
        return _seq([Word(word) for word in words]), rest

    def _slot(self, name: str, source: str) -> Node:
        if name in self._compiled:
            return self._compiled[name]
        if name not in self._slots:
            raise PatternError(f"no slot ${name}, used in pattern {source!r}")
        if name in self._open:
            raise PatternError(f"slot ${name} contains itself")
        self._open.add(name)
        node = _alt([self._parse(line) for line in self._slots[name]])
        self._open.discard(name)
        self._compiled[name] = node
        return node


def _lex(source: str) -> list[str]:
    lexemes, at = [], 0
    text = source.strip()
    while at < len(text):
        found = _LEXEMES.match(text, at)
        if not found:
            raise PatternError(f"cannot read pattern {source!r} at {text[at:]!r}")
        lexemes.append(found.group(1))
        at = found.end()
    return lexemes


def _seq(nodes: Sequence[Node]) -> Node:
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.nodes if isinstance(node, Seq) else (node,))
    return flat[0] if len(flat) == 1 else Seq(tuple(flat))


def _alt(options: Sequence[Node]) -> Node:
    if len(options) == 1:
        return options[0]
    by_word: dict[str, list[Node]] = {}
    others: list[Node] = []
    for option in options:
        if isinstance(option, Word):
            by_word.setdefault(option.word, []).append(Seq(()))
        elif isinstance(option, Seq) and isinstance(option.nodes[0], Word):
            by_word.setdefault(option.nodes[0].word, []).append(_seq(option.nodes[1:]))
        elif isinstance(option, Alt):
            for word, rests in option.by_word.items():
                by_word.setdefault(word, []).extend(rests)
            others.extend(option.others)
        else:
            others.append(option)
    return Alt({word: tuple(rests) for word, rests in by_word.items()}, tuple(others))


def _needs(node: Node) -> list[frozenset[str]]:
    """Sets of words of which every match contains at least one."""
    if isinstance(node, Word):
        return [frozenset((node.word,))]
    if isinstance(node, Seq):
        return [needed for child in node.nodes for needed in _needs(child)]
    if isinstance(node, Alt):
        firsts = set(node.by_word)
        for other in node.others:
            needed = _needs(other)
            if not needed:
                return []
            firsts |= min(needed, key=len)
        return [frozenset(firsts)]
    return []


def _firsts(node: Node) -> frozenset[str] | None:
    """The words a match of the node can begin with; None when any word, or no word at all, will do."""
    if isinstance(node, Word):
        return frozenset((node.word,))
    if isinstance(node, Alt):
        found = set(node.by_word)
        for other in node.others:
            firsts = _firsts(other)
            if firsts is None:
                return None
            found |= firsts
        return frozenset(found)
    if isinstance(node, Seq):
        found = set()
        for child in node.nodes:
            optional = isinstance(child, Maybe)
            firsts = _firsts(child.node if isinstance(child, Maybe) else child)
            if firsts is None:
                return None
            found |= firsts
            if not optional:
                return frozenset(found)
    return None
