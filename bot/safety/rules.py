"""Load the rule files (rules/*.yml) into compiled rules.

A file that cannot be used is refused whole, with a RuleFileError that says where: half a rule set would miss people
in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import yaml

from bot.safety.normalise import Normaliser, canonical
from bot.safety.patterns import Compiler, Pattern, PatternError

Strength = Literal["strong", "weak"]
_Compile = Callable[[Iterable[str], str], tuple[Pattern, ...]]

FOLDER = Path(__file__).parent / "rules"

CATEGORIES = frozenset({
    "explicit", "passive", "plan_means", "burden", "hopeless", "trapped", "goodbye", "metaphor", "slang", "clinician",
    "self_harm", "overdose", "violence", "danger_to_others", "someone_else", "grief_risk", "survivors",
    "urgent_distress",
})  # fmt: skip


class RuleFileError(ValueError):
    """A rule file that cannot be used; the message names the file, the rule and the reason."""


@dataclass(frozen=True)
class Cue:
    """Words around a match that change how it counts, such as an essay's title or "ten years ago"."""

    name: str
    patterns: tuple[Pattern, ...]
    spared_by: tuple[Pattern, ...]
    """Patterns that take the cue's effect away: "ten years ago ... and again tonight"."""
    spares_first_person: bool
    """Whether the cue leaves alone what people say about themselves."""


@dataclass(frozen=True)
class Rule:
    """One way in which people say that they, or someone near, may be in danger."""

    id: str
    category: str
    strength: Strength
    patterns: tuple[Pattern, ...]
    lowered_by: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """What all the files say together, since people mix languages, and the normaliser that knows their words."""

    rules: tuple[Rule, ...]
    cues: Mapping[str, tuple[Cue, ...]]
    """By name; a cue may be told in several languages."""
    harmless: tuple[Pattern, ...]
    normaliser: Normaliser


def load(folder: Path = FOLDER) -> Rules:
    """Read every rule file of `folder`. Raises RuleFileError."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise RuleFileError(f"no rule files in {folder.name}/")
    rules: list[Rule] = []
    cues: dict[str, tuple[Cue, ...]] = {}
    harmless: list[Pattern] = []
    words: set[str] = set()
    for path in paths:
        file = _read(path)
        for rule in file.rules:
            if any(rule.id == other.id for other in rules):
                raise RuleFileError(f"{path.name}: rule {rule.id} stands twice")
            rules.append(rule)
        for cue in file.cues:
            cues[cue.name] = (*cues.get(cue.name, ()), cue)
        harmless.extend(file.harmless)
        words |= file.words
    return Rules(tuple(rules), cues, tuple(harmless), Normaliser(frozenset(words)))


@dataclass(frozen=True)
class _File:
    rules: tuple[Rule, ...]
    cues: tuple[Cue, ...]
    harmless: tuple[Pattern, ...]
    words: frozenset[str]


def _read(path: Path) -> _File:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader either way
    except yaml.YAMLError as error:
        raise RuleFileError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise RuleFileError(f"{path.name} holds no rules")
    slots = {name: _lines(text) for name, text in (data.get("slots") or {}).items()}
    compiler = Compiler(slots, canonical)

    def compiled(lines: Iterable[str], where: str) -> tuple[Pattern, ...]:
        try:
            return tuple(compiler.compile(line) for line in lines)
        except PatternError as error:
            raise RuleFileError(f"{path.name}, {where}: {error}") from error

    cues = tuple(
        Cue(
            name=name,
            patterns=compiled(_lines(cue["patterns"]), f"cue {name}"),
            spared_by=compiled(_lines(cue.get("spared_by", "")), f"cue {name}"),
            spares_first_person=bool(cue.get("spares_first_person", False)),
        )
        for name, cue in (data.get("cues") or {}).items()
    )
    names = frozenset(cue.name for cue in cues)
    rules = tuple(_rule(entry, path.name, compiled, names) for entry in data.get("rules") or [])
    if not rules:
        raise RuleFileError(f"{path.name} holds no rules")
    harmless = compiled(_lines(data.get("harmless", "")), "harmless")
    return _File(rules, cues, harmless, frozenset(compiler.words))


def _rule(entry: Mapping[str, object], file: str, compiled: _Compile, cues: frozenset[str]) -> Rule:
    rule_id = str(entry.get("id", ""))
    category, strength = entry.get("category"), entry.get("strength")
    where = f"rule {rule_id or '(without id)'}"
    if not rule_id or category not in CATEGORIES or strength not in ("strong", "weak"):
        raise RuleFileError(f"{file}, {where}: needs an id, a known category, and strength strong or weak")
    lowered_by = tuple(cast("list[str]", entry.get("lowered_by") or []))
    unless = tuple(cast("list[str]", entry.get("unless") or []))
    unknown = [name for name in (*lowered_by, *unless) if name not in cues]
    if unknown:
        raise RuleFileError(f"{file}, {where}: no cue {', '.join(unknown)}")
    if unless and strength == "strong":
        raise RuleFileError(f"{file}, {where}: a strong rule may be lowered, never silenced")
    patterns = compiled(_lines(str(entry.get("patterns", ""))), where)
    if not patterns:
        raise RuleFileError(f"{file}, {where}: has no patterns")
    return Rule(rule_id, str(category), strength, patterns, lowered_by, unless)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("//")]
