"""The documentation names what there is, and nothing that is not there."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from starlette.routing import Mount, Route

from bot.app import build_app
from bot.cli import _parser
from bot.directory import CATEGORIES
from bot.directory.entries import HoursEntry, KindOfService, ResourceEntry
from bot.messages import Level, Topic, Turn, messages_from_dicts
from bot.settings import ROOT, Settings

README = ROOT / "README.md"
DOCS = ROOT / "docs"
ACCESSIBILITY = ROOT / "widget" / "ACCESSIBILITY.md"
PAGES = [README, ACCESSIBILITY, *sorted(DOCS.glob("*.md"))]
LANGUAGES = ("en", "fr")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_OUR_FOLDERS = tuple(
    f"{name}/" for name in "bot actions data docs domain migrations requirements scripts tests widget".split()
)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str) -> dict[str, list[str]]:
    """Rows of tables, by the name in backticks that they begin with: the other cells. Headings are no rows."""
    found: dict[str, list[str]] = {}
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and not below.startswith("|--") and (name := _CODE.fullmatch(cells[0])):
            found[name.group(1)] = cells[1:]
    return found


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = heading.split(" ")[0]
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.compile(rf"^#{{1,{len(level)}}} ", re.MULTILINE).search(text, start)
    return text[start : end.start() if end else len(text)]


# Settings


def test_every_setting_is_told_with_its_default() -> None:
    told = rows(page("SETTINGS.md"))
    assert set(told) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default.relative_to(ROOT) if name == "data_dir" else field.default
        shown = "empty" if default == "" else f"`{default}`"
        assert told[name.upper()][0] == shown, f"{name} has the default {default!r}"


# The command line and make


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[str]:
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield " ".join(words)
    for action in inner:
        for name, subparser in action.choices.items():
            yield from commands(subparser, (*words, name))


@pytest.mark.parametrize("command", commands(_parser()))
def test_every_command_is_told(command: str) -> None:
    assert any(re.search(rf"\bguide {command}\b", text.read_text(encoding="utf-8")) for text in PAGES)


def test_every_command_that_is_told_exists() -> None:
    told = {
        tuple(words.split()[:2])
        for text in PAGES
        for words in re.findall(r"(?:`|bin/)guide ([a-z]+(?: [a-z]+)?)", text.read_text(encoding="utf-8"))
    }
    known = {tuple(command.split()) for command in commands(_parser())}
    known |= {command[:1] for command in known}
    for words in told:
        assert words in known or words[:1] in known & {("rasa",), ("ask",)}, f"guide {' '.join(words)}"


def test_make_targets_and_the_readme_agree() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    targets = set(phony.group(1).split())
    told = set(re.findall(r"(?:^|`|\d )make ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert told == targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


# The web channel


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("docs")
    settings = Settings(var_dir=folder, database_url=f"sqlite:///{folder}/guide.db", secret_key="k" * 32)
    found = set()
    for route in build_app(settings, folder / "no-model").routes:
        if isinstance(route, Mount):
            found.add(f"GET {route.path}")
        elif isinstance(route, Route):
            path = re.sub(r"\{\w+\}", "{id}", route.path)
            found |= {f"{method} {path}" for method in (route.methods or set()) - {"HEAD"}}
    return found


def test_every_route_is_told_and_no_other(routes: set[str]) -> None:
    index = page("WEB-API.md").split("\n## ")[0]
    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", index)) == routes


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("### Topics", get_args(Topic)),
        ("### Levels", get_args(Level)),
        ("### Messages", ("text", "resources", "choices")),
    ],
)
def test_the_values_in_a_turn_are_told_and_no_others(heading: str, names: tuple[str, ...]) -> None:
    assert set(rows(section(page("WEB-API.md"), heading))) == set(names)


def test_the_turn_that_is_shown_has_every_field_and_no_other() -> None:
    block = re.search(r"```json\n(.*?)```", section(page("WEB-API.md"), "## A turn"), re.DOTALL)
    assert block is not None
    shown = json.loads(block.group(1))
    messages = messages_from_dicts(shown["messages"])
    assert [message.to_dict() for message in messages] == shown["messages"]
    assert list(shown) == list(Turn("", 1, "menu", "none", False, messages).to_dict())


def test_every_choice_is_told_and_no_other() -> None:
    values = set(yaml.safe_load((ROOT / "data" / "choices.yml").read_text(encoding="utf-8")))
    told = section(page("WEB-API.md"), "### Choices")
    made = {"school_ubc", "region_bc"}
    assert {name for name in _CODE.findall(told) if re.fullmatch(r"[a-z_]+", name)} - made == values


# The engine


def intents_by_branch() -> dict[str, str]:
    return {
        intent: path.stem
        for path in (ROOT / "domain").glob("*.yml")
        for intent in yaml.safe_load(path.read_text(encoding="utf-8")).get("intents") or []
    }


def test_every_intent_is_told_with_its_branch() -> None:
    told = {intent: cells[0] for intent, cells in rows(section(page("ENGINE.md"), "## Intents")).items()}
    assert told == intents_by_branch()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_that_is_told_has_its_file(language: str) -> None:
    files = {path.stem for path in (ROOT / "data" / "nlu" / language).glob("*.yml")}
    assert set(rows(section(page("ENGINE.md"), "## Intents"))) == files


def test_every_branch_has_the_files_it_is_told_to_have() -> None:
    for branch in set(intents_by_branch().values()):
        for path in (ROOT / "data" / "rules" / f"{branch}.yml", ROOT / "actions" / f"{branch}.py"):
            assert path.is_file(), path


def test_every_part_of_the_configuration_is_told_and_no_other() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    told = rows(section(page("ENGINE.md"), "## config.yml, part by part"))
    assert list(told) == [part["name"] for part in (*config["pipeline"], *config["policies"])]


# Content


def test_every_field_of_a_resource_is_told_and_no_other() -> None:
    told = rows(section(page("CONTENT.md"), "### An entry, field by field"))
    fields = list(told)[: len(ResourceEntry.model_fields)]
    assert fields == list(ResourceEntry.model_fields)


def test_every_category_and_kind_of_service_is_told() -> None:
    told = page("CONTENT.md")
    assert [name for name in CATEGORIES if f"`{name}`" not in told] == []
    kinds = section(told, "### Kinds of service")
    assert set(_CODE.findall(kinds)) - {"org"} == set(get_args(KindOfService))


def test_the_examples_of_content_are_valid() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page("CONTENT.md"), re.DOTALL)]
    entries = [block for block in blocks if isinstance(block, list)]
    hours = [block["hours"] for block in blocks if isinstance(block, dict) and "hours" in block]
    assert len(entries) == len(hours) == 1
    assert ResourceEntry.model_validate(entries[0][0])
    assert HoursEntry.model_validate(hours[0])


# The widget


def test_every_sentence_on_accessibility_has_its_test() -> None:
    known = {
        name
        for path in (ROOT / "tests" / "prove").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    sentences = re.findall(r"^- .+$", ACCESSIBILITY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(sentences) > 25
    for sentence in sentences:
        named = set(re.findall(r"`(test_\w+)`", sentence))
        assert named, sentence
        assert named <= known, named - known


def test_every_attribute_event_and_property_of_the_widget_is_told_and_no_other() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "widget" / "src").glob("*.*"))
    shared = (ROOT / "bot" / "pages" / "static" / "shared.css").read_text(encoding="utf-8")
    found = {
        "## Attributes": set(re.findall(r'attribute\("(\w+)"\)', sources)),
        "## Events": {f"guide-{name}" for name in re.findall(r'\btell\("(\w+)"', sources)},
        "## Your own colours and letters": set(re.findall(r"var\((--guide-[\w-]+)", sources + shared)),
        "## Slots": set(re.findall(r'<slot name="(\w+)"', sources)),
    }
    for heading, names in found.items():
        assert set(rows(section(page("WIDGET.md"), heading))) == names, heading


# Links and files


def anchors(path: Path) -> set[str]:
    text = _CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[Any]:
    for path in PAGES:
        for target in _LINK.findall(_CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))):
            if "://" not in target:
                yield pytest.param(path, target, id=f"{path.name}: {target}")


@pytest.mark.parametrize(("path", "target"), links())
def test_a_link_leads_somewhere(path: Path, target: str) -> None:
    name, _, anchor = target.partition("#")
    there = (path.parent / name) if name else path
    assert there.exists(), f"{path.name} links to {target}, which is not there"
    if anchor:
        assert anchor in anchors(there), f"{path.name} links to {target}, where there is no such heading"


def test_every_page_of_the_documentation_is_linked_from_the_readme() -> None:
    linked = set(_LINK.findall(README.read_text(encoding="utf-8")))
    assert [path.name for path in DOCS.glob("*.md") if f"docs/{path.name}" not in linked] == []


def files_named() -> Iterator[Any]:
    for path in PAGES:
        for name in sorted(set(_CODE.findall(_CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))))):
            if name.startswith(_OUR_FOLDERS) and not re.search(r"[<>\s]", name):
                yield pytest.param(name, id=f"{path.name}: {name}")


@pytest.mark.parametrize("name", files_named())
def test_a_file_that_is_named_exists(name: str) -> None:
    assert (ROOT / name).exists()
