"""Regions, schools and ambiguous places, by spaCy's phrase matcher over the vocabulary files.

Look-ups, not learning: a place counts only when it is written. Short words that are also English ("on", "me") count
only in capitals or after a word such as "in"; school names that are also common words count only beside a school word
or as the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.messages.vocabulary import ambiguous_key, fold, fold_for_matching

VOCABULARY = Path(__file__).resolve().parents[2] / "data" / "vocabulary"

_BEFORE_A_PLACE = frozenset("in from to province territory near across within en au aux du de".split())
#: "To me", "to be", "from on high": after a small word too, these are English.
_NEVER_AFTER_A_WORD = frozenset("me be no on as pe".split())

#: What a message may say around a place and still say nothing but the place.
_FILLER = frozenset(
    """
    i i'm im am is are we we're a an the in at from to of for and or my me our please pls hi hey hello um uh so it
    its it's based live living located currently here near around je suis à a au en de la le les un une chez mon
    ma what about how no not actually i'd id be do you have got any there
    """.split()
)


@dataclass(frozen=True)
class Place:
    """A place found in a message: its kind (region, school, ambiguous), its value, and where it stands."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    kind: str
    value: str
    upper_only: bool = False
    needs_school_word: bool = False


class PlaceFinder:
    """Finds the vocabulary's places in a text. Thread-safe after construction.

    Args:
        regions: the parsed `regions.yml`.
        schools: the parsed `schools.yml`.
    """

    def __init__(self, regions: Mapping[str, Any], schools: Mapping[str, Any]) -> None:
        self._nlp = spacy.blank("en")
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="ORTH")
        self._words: dict[str, list[_Word]] = {}
        self._school_words = frozenset(fold(word) for word in schools["context_words"])
        for region in regions["regions"]:
            if region["code"] == "CA":
                continue
            self._add(region["name"]["en"], _Word("region", region["code"]))
            for word in region["words"]:
                self._add(word["text"], _Word("region", region["code"], upper_only=word.get("case") == "upper"))
        for school in schools["schools"]:
            self._add(school["name"]["en"], _Word("school", school["slug"]))
            for word in school["words"]:
                upper, context = word.get("case") == "upper", bool(word.get("context"))
                self._add(word["text"], _Word("school", school["slug"], upper, context))
        self._options: dict[str, frozenset[str]] = {}
        for ambiguous in regions["ambiguous"]:
            key = ambiguous_key(ambiguous["text"])
            self._options[key] = frozenset(ambiguous["options"])
            self._add(ambiguous["text"], _Word("ambiguous", key))

    def _add(self, text: str, word: _Word) -> None:
        key = fold_for_matching(text).strip()
        doc = self._nlp.make_doc(key)
        tokens = " ".join(token.text for token in doc)
        if tokens not in self._words:
            self._matcher.add(tokens, [doc])
        self._words.setdefault(tokens, []).append(word)

    def find(self, text: str) -> list[Place]:
        """Every place in the text, in reading order. Where words overlap the longest counts.

        A word with two meanings is one of them when the rest of the message says so: beside a school word it is the
        school, beside a place that is one of its meanings it is nothing more.
        """
        doc = self._nlp.make_doc(fold_for_matching(text))
        found: list[tuple[int, int, _Word]] = []
        for match_id, start, end in self._matcher(doc):
            for word in self._words[self._nlp.vocab.strings[match_id]]:
                if self._counts(word, doc, start, end, text):
                    found.append((start, end, word))
        near_a_school_word = not self._school_words.isdisjoint(token.text for token in doc)
        order = ("school", "ambiguous", "region") if near_a_school_word else ("ambiguous", "school", "region")
        found.sort(key=lambda item: (item[0] - item[1], order.index(item[2].kind), item[0]))
        taken: set[int] = set()
        places: list[Place] = []
        for start, end, word in found:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                last = doc[end - 1]
                places.append(Place(word.kind, word.value, doc[start].idx, last.idx + len(last.text)))
        plain = {place.value for place in places if place.kind != "ambiguous"}
        places = [p for p in places if p.kind != "ambiguous" or plain.isdisjoint(self._options[p.value])]
        return sorted(places, key=lambda place: place.start)

    def only_places(self, text: str, places: list[Place]) -> bool:
        """Whether the message says nothing but these places, give or take small words."""
        rest = fold_for_matching(text)
        for place in reversed(places):
            rest = rest[: place.start] + " " + rest[place.end :]
        return bool(places) and all(word in _FILLER for word in re.findall(r"[a-z']+", rest))

    def _counts(self, word: _Word, doc: Doc, start: int, end: int, text: str) -> bool:
        others = [token.text for token in doc if not start <= token.i < end]
        alone = not [other for other in others if other.isalnum() and other not in _FILLER]
        if word.upper_only:
            first, last = doc[start], doc[end - 1]
            written = text[first.idx : last.idx + len(last.text)]
            # A message all in capitals is a way of typing, not a way of naming places.
            in_capitals = written.isupper() and not (text.isupper() and not alone)
            after_a_word = start > 0 and doc[start - 1].text in _BEFORE_A_PLACE
            return in_capitals or (len(others) == 0) or (after_a_word and first.text not in _NEVER_AFTER_A_WORD)
        if word.needs_school_word:
            return alone or not self._school_words.isdisjoint(others)
        return True


@lru_cache(maxsize=1)
def place_finder() -> PlaceFinder:
    """The finder over the project's vocabulary, made once a process."""
    return PlaceFinder(*_vocabularies())


def _vocabularies() -> Iterator[Any]:
    for name in ("regions", "schools"):
        yield yaml.safe_load((VOCABULARY / f"{name}.yml").read_text(encoding="utf-8"))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Places(GraphComponent):
    """Adds the entities `region`, `school` and `ambiguous_place`.

    A message that is only a place, or of which only the place was understood, asks about that place.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Places:
        """Make the component; nothing is trained or stored."""
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be importable."""
        return ["spacy"]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities, and the intent that asks about a place where nothing else was understood."""
        finder = place_finder()
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            places = finder.find(text)
            entities = [
                {
                    "entity": "ambiguous_place" if place.kind == "ambiguous" else place.kind,
                    "value": place.value,
                    "start": place.start,
                    "end": place.end,
                    "extractor": "Places",
                }
                for place in places
            ]
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *entities], add_to_output=True)
            unsure = (message.get(INTENT) or {}).get("name") in (None, DEFAULT_NLU_FALLBACK_INTENT_NAME)
            if finder.only_places(text, places) or (places and unsure):
                schools = any(place.kind == "school" for place in places)
                message.set(
                    INTENT, {"name": "university" if schools else "region", "confidence": 1.0}, add_to_output=True
                )
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training data passes unchanged: entities are looked up, never learned."""
        return training_data
