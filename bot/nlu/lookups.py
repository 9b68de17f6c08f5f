"""Names by spaCy's phrase matcher over the vocabulary files: places, schools, organisations, languages, people, times.

Look-ups, not learning: a name counts only when it is written. Short words that are also English ("on", "me") count
only in capitals or after a word such as "in"; school names that are also common words count only beside a school word
or as the whole message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
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

VOCABULARY = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parents[2] / "data") / "vocabulary"

#: The languages the guide speaks.
GUIDE_LANGUAGES = ("en", "fr")

_BEFORE_A_PLACE = frozenset("in from to province territory near across within en au aux du de".split())
#: "To me", "to be", "from on high": after a small word too, these are English.
_NEVER_AFTER_A_WORD = frozenset("me be no on as pe".split())

#: "Not Ontario, Quebec": what stands before a place that is not meant.
_NOT = re.compile(
    r"\b(?:not|isn't|rather than|instead of|pas|plutot que?|au lieu de?)[\s,]+"
    r"(?:(?:in|from|at|the|a|au|aux|en|de|du|la|le|les|l|d)\s+)*$"
)
#: "Ontario, no wait, Manitoba": what stands between a place and the one that is meant.
_NO_WAIT = re.compile(
    r"[\s,.;:-]*\b(?:no|non|sorry|wait|oops|oups|i mean|i meant|pardon|je veux dire|je voulais dire)\b"
    r"(?:[\s,.;:-]|\b(?:no|non|sorry|wait|i|mean|meant|in|at|je|veux|voulais|dire|plutot|pardon|en|au|le|la|l)\b)*"
)
_PLACES = frozenset({"region", "school", "ambiguous"})
#: What may be said beside a name, and asks about nothing by itself.
_CIRCUMSTANCES = frozenset({"audience", "time"})

#: What a message may say around a name and still say nothing but the name.
_FILLER = frozenset(
    """
    i i'm im am is are we we're a an the in at from to of for and or my me our please pls hi hey hello um uh so it
    its it's based live living located currently here near around je suis à a au en de la le les un une chez mon
    ma what about how no not actually i'd id be do you have got any there who who's what's whats which tell show give
    more info information contact number phone website reach find qui est c'est quoi quel quelle numero site joindre
    parlez parle moi plus svp stp s il vous plait speak switch
    meant mean sorry wait instead rather oops one non pas plutot voulais dire veux desole oups et si pour ou l d
    """.split()
)


@dataclass(frozen=True)
class Mention:
    """A name found in a message.

    `kind` is region, school, organisation, language, audience (whom a resource should serve), time (when it is needed)
    or ambiguous (a place with several meanings); `value` is the code, slug or tag; `start` and `end` are positions in
    the text.
    """

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


class NameFinder:
    """Finds the vocabulary's names in a text. Thread-safe after construction.

    Args:
        regions, schools, organisations, languages, audiences, times: the parsed files of those names.
    """

    def __init__(
        self,
        regions: Mapping[str, Any],
        schools: Mapping[str, Any],
        organisations: Mapping[str, Any],
        languages: Mapping[str, Any],
        audiences: Mapping[str, Any],
        times: Mapping[str, Any],
    ) -> None:
        self._nlp = spacy.blank("en")
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="ORTH")
        self._words: dict[str, list[_Word]] = {}
        self._school_words = frozenset(fold(word) for word in schools["context_words"])
        for region in regions["regions"]:
            if region["code"] != "CA":
                self._add(region["name"]["en"], _Word("region", region["code"]))
                self._add_all(region["words"], "region", region["code"])
        for school in schools["schools"]:
            self._add(school["name"]["en"], _Word("school", school["slug"]))
            self._add_all(school["words"], "school", school["slug"])
        for organisation in organisations["organisations"]:
            self._add_all(organisation["words"], "organisation", organisation["tag"])
        for language in languages["languages"]:
            if language["code"] in GUIDE_LANGUAGES:
                self._add_all(language["words"], "language", language["code"])
        for audience in audiences["audiences"]:
            self._add_all(audience["words"], "audience", audience["tag"])
        for time in times["times"]:
            self._add_all(time["words"], "time", time["tag"])
        self._options: dict[str, frozenset[str]] = {}
        for ambiguous in regions["ambiguous"]:
            key = ambiguous_key(ambiguous["text"])
            self._options[key] = frozenset(ambiguous["options"])
            self._add(ambiguous["text"], _Word("ambiguous", key))

    def _add_all(self, words: Iterable[Mapping[str, Any]], kind: str, value: str) -> None:
        for word in words:
            self._add(word["text"], _Word(kind, value, word.get("case") == "upper", bool(word.get("context"))))

    def _add(self, text: str, word: _Word) -> None:
        key = fold_for_matching(text).strip()
        doc = self._nlp.make_doc(key)
        tokens = " ".join(token.text for token in doc)
        if tokens not in self._words:
            self._matcher.add(tokens, [doc])
        self._words.setdefault(tokens, []).append(word)

    def find(self, text: str) -> list[Mention]:
        """Every name in the text, in reading order. Where words overlap the longest counts.

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
        first = ("school", "ambiguous") if near_a_school_word else ("ambiguous", "school")
        order = (*first, "region", "organisation", "language", "time", "audience")
        found.sort(key=lambda item: (item[0] - item[1], order.index(item[2].kind), item[0]))
        taken: set[int] = set()
        names: list[Mention] = []
        for start, end, word in found:
            if taken.isdisjoint(range(start, end)):
                taken.update(range(start, end))
                last = doc[end - 1]
                names.append(Mention(word.kind, word.value, doc[start].idx, last.idx + len(last.text)))
        plain = {name.value for name in names if name.kind != "ambiguous"}
        names = [name for name in names if name.kind != "ambiguous" or plain.isdisjoint(self._options[name.value])]
        return sorted(names, key=lambda name: name.start)

    def meant(self, text: str, names: list[Mention]) -> list[Mention]:
        """The names without places that the message itself takes back, where another place is left to stand."""
        plain = fold_for_matching(text)
        places = [name for name in names if name.kind in _PLACES]
        taken_back = {name for name in places if _NOT.search(plain[: name.start])}
        for name, following in pairwise(places):
            if name.kind == following.kind and _NO_WAIT.fullmatch(plain[name.end : following.start]):
                taken_back.add(name)
        if len(taken_back) == len(places):
            return names
        return [name for name in names if name not in taken_back]

    def only_names(self, text: str, names: list[Mention]) -> bool:
        """Whether the message says nothing but these names, give or take small words."""
        rest = fold_for_matching(text)
        for name in reversed(names):
            rest = rest[: name.start] + " " + rest[name.end :]
        return bool(names) and all(word in _FILLER for word in re.findall(r"[a-z']+", rest))

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
def name_finder() -> NameFinder:
    """The finder over the project's vocabulary, made once a process."""
    files = ("regions", "schools", "organisations", "languages", "audiences", "times")
    return NameFinder(*(yaml.safe_load((VOCABULARY / f"{name}.yml").read_text(encoding="utf-8")) for name in files))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Lookups(GraphComponent):
    """Adds the entities `region`, `school`, `organisation`, `language`, `audience`, `time` and `ambiguous_place`.

    A message that is only a name, or of which only the name was understood, asks about what is named.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Lookups:
        """Make the component; nothing is trained or stored."""
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be importable."""
        return ["spacy"]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities, and the intent that asks about a name where nothing else was understood."""
        finder = name_finder()
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            found = finder.find(text)
            names = finder.meant(text, found)
            entities = [
                {
                    "entity": "ambiguous_place" if name.kind == "ambiguous" else name.kind,
                    "value": name.value,
                    "start": name.start,
                    "end": name.end,
                    "extractor": "Lookups",
                }
                for name in names
            ]
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *entities], add_to_output=True)
            intent = _intent_of(names)
            unsure = (message.get(INTENT) or {}).get("name") in (None, DEFAULT_NLU_FALLBACK_INTENT_NAME)
            # "Physician health program in Ontario" is two names and one question: that is for the classifier.
            kinds = {name.kind for name in names} - _CIRCUMSTANCES
            mixed = len(kinds) > 1 and "organisation" in kinds
            if intent and (unsure or (not mixed and finder.only_names(text, found))):
                message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training data passes unchanged: entities are looked up, never learned."""
        return training_data


def _intent_of(names: list[Mention]) -> str | None:
    """What somebody asks who says these names and no more: of a school before its province, of either before a name."""
    kinds = {name.kind for name in names}
    if "school" in kinds:
        return "university"
    if kinds & {"region", "ambiguous"}:
        return "region"
    if "organisation" in kinds:
        return "organisation"
    return "language" if "language" in kinds else None
