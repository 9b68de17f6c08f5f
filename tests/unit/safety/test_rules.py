from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.safety.rules import RuleFileError, load
from bot.safety.screening import _WEAK_LOWERED_BY


def write(folder: Path, text: str) -> Path:
    (folder / "xx.yml").write_text(text, encoding="utf-8")
    return folder


RULE = "rules:\n- id: a\n  category: explicit\n  strength: {strength}\n  {extra}\n  patterns: |\n    {pattern}\n"
CUES = "cues:\n  past:\n    patterns: |\n      years ago\n"


def test_the_shipped_files_load_and_every_category_has_a_strong_or_a_weak_rule_in_both_languages() -> None:
    rules = load()
    for language in ("en.", "fr."):
        categories = {rule.category for rule in rules.rules if rule.id.startswith(language)}
        assert {"explicit", "passive", "plan_means", "self_harm", "overdose", "violence", "someone_else"} <= categories
    assert all(name in rules.cues for name in _WEAK_LOWERED_BY)


def test_a_good_file_loads(tmp_path: Path) -> None:
    text = CUES + RULE.format(strength="strong", extra="lowered_by: [past]", pattern="want to die")
    assert load(write(tmp_path, text)).rules[0].id == "a"


WHOLE = """
cues:
  past:
    spared_by: again
    patterns: years ago
  study:
    spares_first_person: true
    patterns: |
      // what is written for a course
      essay

      thesis
rules:
- id: a
  category: explicit
  strength: strong
  lowered_by: [past, study]
  patterns: want to die
- id: b
  category: hopeless
  strength: weak
  unless: [past]
  patterns: no hope
harmless: |
  dying of laughter
"""


def test_all_that_a_file_says_is_kept(tmp_path: Path) -> None:
    rules = load(write(tmp_path, WHOLE))
    (past,), (study,) = rules.cues["past"], rules.cues["study"]
    assert [pattern.source for pattern in past.patterns] == ["years ago"]
    assert [pattern.source for pattern in past.spared_by] == ["again"]
    assert [pattern.source for pattern in study.patterns] == ["essay", "thesis"]
    assert study.spared_by == ()
    assert (past.spares_first_person, study.spares_first_person) == (False, True)
    assert [pattern.source for pattern in rules.harmless] == ["dying of laughter"]
    first, second = rules.rules
    assert (first.id, first.category, first.strength) == ("a", "explicit", "strong")
    assert (first.lowered_by, first.unless, second.lowered_by, second.unless) == (("past", "study"), (), (), ("past",))
    assert {"want", "die", "laughter", "essay", "again", "hope"} <= rules.normaliser.lexicon


def test_files_speak_together(tmp_path: Path) -> None:
    (tmp_path / "aa.yml").write_text(WHOLE, encoding="utf-8")
    other = RULE.format(strength="weak", extra="", pattern="plus rien").replace("id: a", "id: c")
    rules = load(write(tmp_path, CUES.replace("years ago", "il y a") + other))
    assert [rule.id for rule in rules.rules] == ["a", "b", "c"]
    assert len(rules.cues["past"]) == 2
    assert len(rules.harmless) == 1
    assert {"laughter", "rien"} <= rules.normaliser.lexicon


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULE.format(strength="weak", extra="", pattern="a").replace("id: a", "name: a"), "without id"),
        (RULE.format(strength="weak", extra="", pattern="a").replace("explicit", "new"), "a known category"),
        ("rules:\n- {id: a, category: explicit, strength: weak}", "has no patterns"),
        (RULE.format(strength="weak", extra="", pattern="(a"), "xx.yml, rule a: missing"),
        (RULE.format(strength="weak", extra="", pattern="a") + "harmless: (a", "xx.yml, harmless: missing"),
        ("cues: {c: {patterns: (a}}", "xx.yml, cue c: missing"),
        ("cues: {c: {patterns: a, spared_by: (a}}", "xx.yml, cue c: missing"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RuleFileError, match=re.escape(told)):
        load(write(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules: []",
        "rules: [",
        RULE.format(strength="loud", extra="", pattern="a b"),
        RULE.format(strength="strong", extra="lowered_by: [nobody]", pattern="a b"),
        RULE.format(strength="strong", extra="", pattern="(a b"),
        CUES + RULE.format(strength="strong", extra="unless: [past]", pattern="a b"),
        RULE.format(strength="weak", extra="", pattern="a b") + RULE.format(strength="weak", extra="", pattern="c")[7:],
    ],
)
def test_a_file_with_a_fault_is_refused_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleFileError):
        load(write(tmp_path, text))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError):
        load(tmp_path)
