"""The allow-list of choices and the texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.messages import MENU, load_catalogue, load_texts
from bot.settings import ROOT


def test_every_choice_has_a_label_in_both_languages_and_an_intent() -> None:
    catalogue = load_catalogue(ROOT / "data")
    for value in catalogue.meanings:
        assert catalogue.choice(value, "en").label
        assert catalogue.labels[value].get("fr") or value.startswith("school_")
        assert catalogue.meaning(value).intent


def test_the_menu_begins_with_the_crisis_choice_and_is_on_the_list() -> None:
    catalogue = load_catalogue(ROOT / "data")
    assert MENU[0] == "crisis"
    assert all(value in catalogue for value in MENU)


def test_all_thirteen_regions_are_choices() -> None:
    regions = [value for value in load_catalogue(ROOT / "data").meanings if value.startswith("region_")]
    assert len(regions) == 13


def test_a_text_without_french_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("hello: {en: Hello}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.yml: the text 'hello' has no 'fr' sentence"):
        load_texts(tmp_path)


def test_the_same_text_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("hello: {en: Hello, fr: Bonjour}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.yml: the text 'hello' exists in another file"):
        load_texts(tmp_path)


def test_blanks_are_filled_in() -> None:
    texts = load_texts(ROOT / "data" / "texts")
    assert "Nunavut" in texts.say("region_remembered", "fr", region="Nunavut")
