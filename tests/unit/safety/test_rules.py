from __future__ import annotations

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
