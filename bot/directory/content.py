"""Reading `data/resources/*.yml`, and refusing content that would show anything wrong.

All problems are found in one reading, each with its file, its entry and a reason in plain words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.directory.checks import (
    blocked_entry_problems,
    blocked_number_problems,
    blocked_numbers,
    contact_problems,
    entry_problems,
    floor_problems,
    hours_problems,
)
from bot.directory.entries import (
    CATEGORIES,
    BlockedEntry,
    BlockedFile,
    HoursEntry,
    ResourceEntry,
    contact_adapter,
)

BLOCKED_FILE = "blocked.yml"


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the content: where, and why, in words for the person who edits it."""

    file: str
    entry: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, {self.entry}: {self.reason}" if self.entry else f"{self.file}: {self.reason}"


class ContentError(ValueError):
    """The content cannot be used; `problems` lists everything that has to be mended."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"The resources have {len(problems)} problem(s) to mend:\n{lines}")


@dataclass(frozen=True)
class Content:
    """Valid content: entries by category in order of display, numbers never to show, and a hash of the files."""

    entries: dict[str, tuple[ResourceEntry, ...]]
    blocked: dict[str, BlockedEntry]
    """By digits, without the leading 1."""
    hash: str


@dataclass(frozen=True)
class _Draft:
    """An entry as read, before it is known to be valid."""

    file: str
    name: str
    raw: Any
    entry: ResourceEntry | None
    shape_problems: tuple[str, ...]

    @property
    def slug(self) -> str | None:
        slug = self.raw.get("slug") if isinstance(self.raw, dict) else None
        return slug if isinstance(slug, str) else None


def read_content(folder: Path, today: date | None = None) -> Content:
    """Read and check every content file. `today` (default: now, UTC) is the last day a source can have been read.

    Raises ContentError with all problems.
    """
    today = today or datetime.now(timezone.utc).date()
    files = sorted(folder.glob("*.yml"), key=_display_order)
    problems: list[Problem] = []
    drafts: list[_Draft] = []
    listed: list[BlockedEntry] = []
    if not files:
        problems.append(Problem(folder.name, None, "there are no content files (*.yml) here"))
    for file in files:
        if file.name == BLOCKED_FILE:
            listed += _blocked_entries(file, problems)
        elif file.stem in CATEGORIES:
            drafts += _drafts(file, problems)
        else:
            known = ", ".join(CATEGORIES)
            problems.append(Problem(file.name, None, f"this is not one of the categories: {known}"))
    valid = [(Path(draft.file).stem, draft.entry) for draft in drafts if draft.entry]
    blocked = blocked_numbers(listed, (entry for _, entry in valid))
    problems += _problems(drafts, blocked, today)
    if problems:
        raise ContentError(tuple(problems))
    by_category = {category: tuple(entry for place, entry in valid if place == category) for category in CATEGORIES}
    return Content(by_category, blocked, _hash(files))


def _display_order(file: Path) -> tuple[int, str]:
    return (CATEGORIES.index(file.stem) if file.stem in CATEGORIES else len(CATEGORIES), file.name)


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class _Loader(yaml.SafeLoader):
    """The safe loader, which also refuses a field written twice (YAML would keep the last one silently)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                mark = node.value[position][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"{key} is written twice", mark)
        return super().construct_mapping(node, deep)


def _parsed(file: Path, problems: list[Problem]) -> Any:
    """What the file says, or None after noting why it cannot be read."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a SafeLoader that refuses doubled keys)
    except UnicodeDecodeError:
        reason = "the file is not UTF-8 text"
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        reason = f"{line} cannot be read as YAML: {error.problem}"
    except (yaml.YAMLError, ValueError) as error:
        reason = f"the file cannot be read as YAML: {error}"
    problems.append(Problem(file.name, None, reason))
    return None


def _blocked_entries(file: Path, problems: list[Problem]) -> list[BlockedEntry]:
    raw = _parsed(file, problems)
    if raw is None:
        return []
    try:
        numbers = BlockedFile.model_validate(raw).numbers
    except ValidationError as error:
        problems += (Problem(file.name, None, _plain(detail)) for detail in error.errors())
        return []
    problems += (Problem(file.name, None, reason) for item in numbers for reason in blocked_entry_problems(item))
    return numbers


def _drafts(file: Path, problems: list[Problem]) -> list[_Draft]:
    raw_entries = _parsed(file, problems)
    if raw_entries is None:
        return []
    if not isinstance(raw_entries, list):
        problems.append(Problem(file.name, None, "the file must be a list of entries"))
        return []
    return [_draft(file.name, number, raw) for number, raw in enumerate(raw_entries, start=1)]


def _draft(file: str, number: int, raw: Any) -> _Draft:
    slug = raw.get("slug") if isinstance(raw, dict) else None
    name = slug if isinstance(slug, str) and slug else f"entry {number}"
    try:
        return _Draft(file, name, raw, ResourceEntry.model_validate(raw), ())
    except ValidationError as error:
        return _Draft(file, name, raw, None, tuple(_plain(detail) for detail in error.errors()))


def _problems(drafts: list[_Draft], blocked: dict[str, BlockedEntry], today: date) -> Iterator[Problem]:
    entries = [draft.entry for draft in drafts if draft.entry]
    files_by_slug: dict[str, str] = {}
    for draft in drafts:
        if draft.slug in files_by_slug:
            first = files_by_slug[draft.slug]
            yield Problem(draft.file, draft.name, f"the slug is used twice; the first is in {first}")
        elif draft.slug:
            files_by_slug[draft.slug] = draft.file
        reasons = list(draft.shape_problems)
        reasons += _part_problems(draft.raw)
        if draft.entry:
            reasons += entry_problems(draft.entry, today)
            reasons += blocked_number_problems(draft.entry, blocked)
        for reason in reasons:
            yield Problem(draft.file, draft.name, reason)
    for slug, reason in floor_problems(entries, files_by_slug):
        yield Problem(files_by_slug.get(slug, "crisis.yml"), slug, reason)


def _part_problems(raw: Any) -> Iterator[str]:
    """Problems of contacts and hours, one by one, so that a fault elsewhere in the entry hides none of them."""
    if not isinstance(raw, dict):
        return
    contacts = raw.get("contacts")
    for contact in contacts if isinstance(contacts, list) else []:
        try:
            yield from contact_problems(contact_adapter.validate_python(contact))
        except ValidationError:
            continue  # told by the entry's own shape problems
    try:
        hours = HoursEntry.model_validate(raw.get("hours"))
    except ValidationError:
        return
    yield from hours_problems(hours)


def _plain(detail: ErrorDetails) -> str:
    """A shape problem in plain words."""
    tags = ("phone", "sms", "web", "chat", "email")
    path = [part for part in detail["loc"] if part not in tags]
    where = " ".join(f"no. {part + 1}" if isinstance(part, int) else part for part in path) or "the entry"
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return f"{where} is missing"
    if kind == "extra_forbidden":
        return f"{where} is not a known field"
    if kind == "string_type":
        if value is None:
            return f"{where} is empty"
        return f"{where} must be text: put it in quotes (it was read as {value!r})"
    if kind in ("literal_error", "union_tag_invalid"):
        context = detail.get("ctx", {})
        choices = context.get("expected") or context.get("expected_tags")
        given = value.get("kind") if kind == "union_tag_invalid" and isinstance(value, dict) else value
        hint = "; put it in quotes, YAML reads a bare ON or NO as true or false" if isinstance(given, bool) else ""
        return f"{where} is {given!r}, which is not one of {choices}{hint}"
    if kind == "union_tag_not_found":
        return f"{where} needs a kind: phone, sms, chat, web or email"
    if kind in ("date_type", "date_from_datetime_inexact"):
        return f"{where} must be a date such as 2026-11-21, without quotes"
    if kind == "string_pattern_mismatch" and path == ["slug"]:
        return f"the slug {value!r} may have only small letters, digits and single hyphens"
    if kind in ("string_pattern_mismatch", "string_too_short"):
        return f"{where} is empty"
    return f"{where}: {detail['msg']}"
