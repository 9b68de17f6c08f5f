"""The allow-list of choices: what may be pressed, what it is called, and what it means to the dialogue engine.

Choices never pass through language understanding. Each value on the list maps to one intent and, for places and
schools, one entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.messages.content import Choice, Locale

#: The branches of the guide, in the order of the source page, crisis first.
MENU = (
    "crisis",
    "connect",
    "university",
    "allyship",
    "reconciliation",
    "physician",
    "talk",
    "region",
    "resource_guide",
)


@dataclass(frozen=True)
class Meaning:
    """What pressing a choice says: an intent, and the entities that come with it."""

    intent: str
    entities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ChoiceCatalogue:
    """Every choice the guide knows, by value."""

    meanings: Mapping[str, Meaning]
    labels: Mapping[str, Mapping[str, str]]

    def __contains__(self, value: object) -> bool:
        return value in self.meanings

    def meaning(self, value: str) -> Meaning:
        """The meaning of a value. Raises KeyError when it is not on the allow-list."""
        return self.meanings[value]

    def choice(self, value: str, locale: Locale) -> Choice:
        """A choice with its label; English where the other language has none yet. Raises KeyError if unknown."""
        labels = self.labels[value]
        return Choice(labels.get(locale) or labels["en"], value)

    def choices(self, values: Iterable[str], locale: Locale) -> tuple[Choice, ...]:
        """Several choices in the order given. Raises KeyError if one is unknown."""
        return tuple(self.choice(value, locale) for value in values)


def load_catalogue(data: Path) -> ChoiceCatalogue:
    """Read `choices.yml` and the vocabularies of regions and schools from the data folder.

    Raises:
        OSError: a file is not there.
        ValueError: two entries claim the same value.
    """
    meanings: dict[str, Meaning] = {}
    labels: dict[str, Mapping[str, str]] = {}

    def add(value: str, meaning: Meaning, label: Mapping[str, str]) -> None:
        if value in meanings:
            raise ValueError(f"the choice {value!r} is on the allow-list twice: rename one of them")
        meanings[value] = meaning
        labels[value] = label

    for value, entry in _read(data / "choices.yml").items():
        entities = tuple((entry.get("entities") or {}).items())
        add(value, Meaning(entry["intent"], entities), entry["label"])
    for region in _read(data / "vocabulary" / "regions.yml")["regions"]:
        code = region["code"]
        if code != "CA":
            add(f"region_{code.lower()}", Meaning("region", (("region", code),)), region["name"])
    for school in _read(data / "vocabulary" / "schools.yml")["schools"]:
        slug = school["slug"]
        add(f"school_{slug}", Meaning("university", (("school", slug),)), school["name"])
    return ChoiceCatalogue(meanings, labels)


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
