"""Content that would show anything wrong is refused, with every problem named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.directory import CATEGORIES, FLOOR_SLUGS, ContentError, Problem, read_content

TODAY = date(2026, 11, 22)
LINE = "talk4healing"
WEEKLY = "mmf-mental-health-support-line"
Entry = dict[str, Any]
Files = dict[str, list[Entry]]
WriteContent = Callable[[Files], Path]


def entry_of(files: Files, slug: str) -> Entry:
    return next(entry for entry in files["crisis"] if entry["slug"] == slug)


def contact_of(entry: Entry, kind: str) -> Entry:
    return next(contact for contact in entry["contacts"] if contact["kind"] == kind)


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        read_content(folder, TODAY)
    return caught.value.problems


def set_(entry: Entry, **values: object) -> None:
    entry.update(values)


def phone(entry: Entry, **values: object) -> None:
    contact_of(entry, "phone").update(values)


def hours(entry: Entry, **values: object) -> None:
    entry["hours"].update(values)


def block(**values: object) -> Entry:
    return {"days": ["mon"], "open": "08:00", "close": "12:00", **values}


SHORT_811 = {
    "kind": "phone",
    "printed": "811",
    "dial": "811",
    "show": True,
    "source_quality": "seed-only",
    "sources": ["document 004"],
    "label": {"en": "Only in Ontario", "fr": "Seulement en Ontario"},
}
TEXT = {
    "kind": "sms",
    "number": "686868",
    "show": True,
    "source_quality": "seed-only",
    "sources": ["document 004"],
}

FAULTS: dict[str, tuple[Callable[[Entry], object], str]] = {
    "a short code taken for a full number": (
        lambda entry: phone(entry, e164="+1988", dial="+1988"),
        "+1988 is not a telephone number that can exist in Canada",
    ),
    "a number that cannot be parsed": (
        lambda entry: phone(entry, e164="ask at the desk"),
        "ask at the desk is not a telephone number",
    ),
    "a number of another country": (
        lambda entry: phone(entry, e164="+33142685300"),
        "+33142685300 is not a telephone number that can exist in Canada",
    ),
    "a link to another number": (lambda entry: phone(entry, dial="911"), "dials 911 instead of +18555544325"),
    "a short code nobody listed": (
        lambda entry: phone(entry, e164=None, dial="411", printed="411", digits=None),
        "411 has no international form and is not a known short code",
    ),
    "letters that spell another number": (
        lambda entry: phone(entry, printed="1-855-554-HELP"),
        "1-855-554-HELP as printed is not the number it dials",
    ),
    "letters without digits": (
        lambda entry: phone(entry, digits=None),
        "is printed with letters and needs its digits",
    ),
    "digits of another number": (
        lambda entry: phone(entry, digits="1-855-554-4326"),
        "the digits 1-855-554-4326 are not the number it dials",
    ),
    "digits beside digits": (
        lambda entry: phone(entry, printed="1-855-554-4325"),
        "has no letters, so it needs no digits beside it",
    ),
    "an extension in words": (lambda entry: phone(entry, ext="seven"), "the extension seven"),
    "a number without a source": (lambda entry: phone(entry, sources=[]), "names no source"),
    "a text number with hyphens": (
        lambda entry: entry["contacts"].append({**TEXT, "number": "68-68-68"}),
        "68-68-68 is not a number to text",
    ),
    "a text number without a source": (
        lambda entry: entry["contacts"].append({**TEXT, "sources": []}),
        "the text number 686868 names no source",
    ),
    "no source": (lambda entry: set_(entry, sources=[]), "it names no source"),
    "no date of reading": (lambda entry: entry.pop("source_read_on"), "source_read_on is missing"),
    "a date of reading to come": (
        lambda entry: set_(entry, source_read_on=date(2026, 11, 23)),
        "read on 2026-11-23, which has not come yet",
    ),
    "a date in words": (
        lambda entry: set_(entry, source_read_on="last week"),
        "source_read_on must be a date",
    ),
    "a blocked number to call": (
        lambda entry: phone(entry, printed="1-800-667-5005", digits=None, e164="+18006675005", dial="+18006675005"),
        "it shows the blocked number",
    ),
    "a blocked number in its words": (
        lambda entry: entry["about"].update(fr="Appelez au 1 (800) 667 5005."),
        "its text has the blocked number",
    ),
    "a blocked number in a note": (
        lambda entry: phone(entry, note={"en": "formerly 1.800.667.5005", "fr": "…"}),
        "it shows the blocked number",
    ),
    "a blocked number in a link": (
        lambda entry: entry["contacts"].append({"kind": "web", "url": "https://example.org/18006675005"}),
        "it shows the blocked number",
    ),
    "nothing to reach it by": (
        lambda entry: [contact.update(show=False) for contact in entry["contacts"]],
        "it is published without a contact that is shown",
    ),
    "811 for the whole country": (
        lambda entry: entry.update(contacts=[SHORT_811], regions=["CA"]),
        "811 is another service in every province",
    ),
    "811 without a region": (
        lambda entry: entry.update(contacts=[SHORT_811], regions=[]),
        "811 is another service in every province",
    ),
    "811 bare": (
        lambda entry: entry["contacts"].append({**SHORT_811, "label": {}}),
        "811 is never shown bare",
    ),
    "no region": (lambda entry: set_(entry, regions=[]), "it names no region"),
    "an unknown region": (
        lambda entry: set_(entry, regions=["XX"]),
        "regions no. 1 is 'XX', which is not one of",
    ),
    "a region read as true": (
        lambda entry: set_(entry, regions=[True]),
        "YAML reads a bare ON or NO as true or false",
    ),
    "an unknown branch": (lambda entry: set_(entry, branches=["elsewhere"]), "branches no. 1 is 'elsewhere'"),
    "an unknown kind of service": (
        lambda entry: set_(entry, kind_of_service="tip_line"),
        "kind_of_service is 'tip_line'",
    ),
    "an unknown state": (lambda entry: set_(entry, state="verify-first"), "state is 'verify-first'"),
    "an unknown kind of contact": (
        lambda entry: entry["contacts"].append({"kind": "fax", "number": "686868"}),
        "contacts no. 4 is 'fax'",
    ),
    "unpublished without a reason": (
        lambda entry: set_(entry, state="unpublished"),
        "it is unpublished without why_not_shown",
    ),
    "blocked with a contact shown": (
        lambda entry: set_(entry, state="blocked", why_not_shown="It closed."),
        "a blocked entry shows a contact",
    ),
    "a link that is no web address": (
        lambda entry: entry["contacts"].append({"kind": "web", "url": "javascript:alert(1)"}),
        "javascript:alert(1) is not an http or https address",
    ),
    "an e-mail address without a host": (
        lambda entry: entry["contacts"].append({"kind": "email", "address": "help"}),
        "help is not an e-mail address",
    ),
    "a crisis line with unknown hours": (
        lambda entry: hours(entry, kind="unknown"),
        "a published crisis line must state its hours",
    ),
    "a field nobody knows": (
        lambda entry: set_(entry, phone_number="…"),
        "phone_number is not a known field",
    ),
    "a field left out": (lambda entry: entry.pop("urgent_ok"), "urgent_ok is missing"),
    "a number without quotes": (lambda entry: phone(entry, ext=7), "put it in quotes (it was read as 7)"),
    "words in one language": (
        lambda entry: entry["about"].pop("fr"),
        "published without its about in French",
    ),
    "a label in one language": (
        lambda entry: phone(entry, label={"en": "Adults"}),
        "the label of a phone contact is in one language only",
    ),
    "a language without a name": (
        lambda entry: set_(entry, languages=[{"note": {"en": "ask", "fr": "demandez"}}]),
        "each language needs either a code or a name",
    ),
}

WRONG_HOURS: dict[str, tuple[dict[str, Any], str]] = {
    "no zone": ({"zone": None}, "weekly hours need a time zone"),
    "an unknown zone": ({"zone": "America/Atlantis"}, "America/Atlantis is not a known time zone"),
    "no blocks": ({"blocks": []}, "weekly hours need at least one block"),
    "a time past the day": ({"blocks": [block(close="25:00")]}, "'25:00' is not a time such as 08:30"),
    "a time in words": ({"blocks": [block(open="8 am")]}, "'8 am' is not a time such as 08:30"),
    "a time without quotes": ({"blocks": [block(close=720)]}, "put it in quotes (it was read as 720)"),
    "no length": ({"blocks": [block(close="08:00")]}, "a whole day is 00:00 to 24:00"),
    "no days": ({"blocks": [block(days=[])]}, "write days: null when they are not stated"),
    "an unknown day": ({"blocks": [block(days=["monday"])]}, "is 'monday', which is not one of"),
    "half a season": ({"blocks": [block(**{"from": "09-01"})]}, "a season needs both from and to"),
    "a season on no day": (
        {"blocks": [block(**{"from": "09-01", "to": "02-30"})]},
        "'02-30' is not a month and day",
    ),
    "an overlap": (
        {"blocks": [block(), block(days=["sun", "mon"], open="11:59", close="13:00")]},
        "two blocks of hours overlap: 08:00 to 12:00 and 11:59 to 13:00",
    ),
    "an overlap across midnight": (
        {"blocks": [block(), block(days=["sun"], open="22:00", close="08:30")]},
        "two blocks of hours overlap",
    ),
    "an overlap of days not stated": (
        {"blocks": [block(), block(days=None, open="09:00", close="10:00")]},
        "two blocks of hours overlap",
    ),
    "blocks of a line that is always open": ({"kind": "always"}, "hours of kind always have no blocks"),
}


def test_real_content_is_valid(real_content: Path) -> None:
    content = read_content(real_content)

    assert all(content.entries[category] for category in CATEGORIES)
    assert content.blocked


def test_a_small_valid_folder_is_read_in_file_order(files: Files, write_content: WriteContent) -> None:
    content = read_content(write_content(files), TODAY)

    assert [entry.slug for entry in content.entries["crisis"]] == [entry["slug"] for entry in files["crisis"]]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file_and_entry(fault: str, files: Files, write_content: WriteContent) -> None:
    plant, reason = FAULTS[fault]
    plant(entry_of(files, LINE))

    problems = problems_of(write_content(files))

    assert {(problem.file, problem.entry) for problem in problems} == {("crisis.yml", LINE)}
    assert any(reason in problem.reason for problem in problems), [str(problem) for problem in problems]


@pytest.mark.parametrize("fault", WRONG_HOURS)
def test_wrong_hours_are_named(fault: str, files: Files, write_content: WriteContent) -> None:
    values, reason = WRONG_HOURS[fault]
    hours(entry_of(files, WEEKLY), **values)

    problems = problems_of(write_content(files))

    assert {problem.entry for problem in problems} == {WEEKLY}
    assert any(reason in problem.reason for problem in problems), [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "blocks",
    [
        [block(), block(open="12:00", close="17:00")],
        [block(open="18:00", close="24:00"), block(days=["tue"], open="00:00", close="06:00")],
        [block(**{"from": "09-01", "to": "05-31"}), block(open="09:00", **{"from": "06-01", "to": "08-31"})],
    ],
)
def test_neighbouring_blocks_and_separate_seasons_do_not_overlap(
    blocks: list[Entry], files: Files, write_content: WriteContent
) -> None:
    hours(entry_of(files, WEEKLY), blocks=blocks)

    read_content(write_content(files), TODAY)


def test_all_problems_of_all_files_are_listed_at_once(files: Files, write_content: WriteContent) -> None:
    line, weekly = entry_of(files, LINE), entry_of(files, WEEKLY)
    phone(line, digits=None)
    set_(line, regions=["XX"])
    hours(weekly, zone=None)
    set_(weekly, sources=[])
    folder = write_content(files)
    (folder / "community.yml").write_text("- slug: [unclosed\n", encoding="utf-8")
    (folder / "rumours.yml").write_text("[]\n", encoding="utf-8")

    problems = problems_of(folder)

    assert [problem.entry for problem in problems if problem.entry] == [LINE, LINE, WEEKLY, WEEKLY]
    assert {problem.file for problem in problems} == {"crisis.yml", "community.yml", "rumours.yml"}


def test_a_file_that_is_not_yaml_is_named_with_its_line(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "community.yml").write_text("- slug: a\n  name: b: c\n", encoding="utf-8")

    (problem,) = problems_of(folder)

    assert problem.file == "community.yml"
    assert "line 2 cannot be read as YAML" in problem.reason


def test_a_field_written_twice_is_refused(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "community.yml").write_text("- slug: a\n  show: true\n  show: false\n", encoding="utf-8")

    (problem,) = problems_of(folder)

    assert "show is written twice" in problem.reason


def test_a_file_that_is_no_list_is_refused(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "community.yml").write_text("slug: a\n", encoding="utf-8")

    (problem,) = problems_of(folder)

    assert problem.reason == "the file must be a list of entries"


def test_bytes_that_are_not_text_are_refused(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "community.yml").write_bytes(b"- slug: caf\xe9\n")

    (problem,) = problems_of(folder)

    assert problem.reason == "the file is not UTF-8 text"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert any("there are no content files" in problem.reason for problem in problems_of(tmp_path))


def test_an_entry_without_a_slug_is_named_by_its_place(files: Files, write_content: WriteContent) -> None:
    files["crisis"][3].pop("slug")

    (problem,) = problems_of(write_content(files))

    assert (problem.entry, problem.reason) == ("entry 4", "slug is missing")


def test_a_slug_used_in_two_files_is_refused(files: Files, write_content: WriteContent) -> None:
    files["community"] = [copy.deepcopy(entry_of(files, LINE))]

    (problem,) = problems_of(write_content(files))

    assert (problem.file, problem.entry) == ("community.yml", LINE)
    assert problem.reason == "the slug is used twice; the first is in crisis.yml"


@pytest.mark.parametrize("slug", FLOOR_SLUGS)
def test_a_floor_entry_cannot_be_removed(slug: str, files: Files, write_content: WriteContent) -> None:
    files["crisis"].remove(entry_of(files, slug))

    (problem,) = problems_of(write_content(files))

    assert (problem.entry, problem.reason) == (slug, "it is part of the floor and cannot be removed")


@pytest.mark.parametrize("slug", FLOOR_SLUGS)
@pytest.mark.parametrize("state", ["unpublished", "blocked"])
def test_a_floor_entry_cannot_be_unpublished(slug: str, state: str, files: Files, write_content: WriteContent) -> None:
    set_(entry_of(files, slug), state=state, why_not_shown="Somebody said so.")

    problems = problems_of(write_content(files))

    assert (slug, "it is part of the floor and cannot be unpublished") in {
        (problem.entry, problem.reason) for problem in problems
    }


@pytest.mark.parametrize("slug", FLOOR_SLUGS)
def test_the_phone_number_of_a_floor_entry_must_be_shown(slug: str, files: Files, write_content: WriteContent) -> None:
    entry = entry_of(files, slug)
    phone(entry, show=False)
    entry["contacts"].append({"kind": "web", "url": "https://example.org"})

    (problem,) = problems_of(write_content(files))

    assert (problem.entry, problem.reason) == (
        slug,
        "it is part of the floor and its phone number must be shown",
    )


def test_generic_support_needs_neither_contact_nor_organisation(files: Files, write_content: WriteContent) -> None:
    entry = entry_of(files, LINE)
    set_(entry, kind_of_service="generic_support", contacts=[], org=None)

    read_content(write_content(files), TODAY)


def test_a_number_listed_as_blocked_is_refused(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "blocked.yml").write_text(
        'numbers:\n  - number: "1-855-554-4325"\n    why: {en: "closed", fr: "fermée"}\n', encoding="utf-8"
    )

    (problem,) = problems_of(folder)

    assert problem.entry == LINE
    assert problem.reason == "it shows the blocked number 1-855-554-4325 (closed)"


def test_the_list_of_blocked_numbers_is_checked_too(files: Files, write_content: WriteContent) -> None:
    folder = write_content(files)
    (folder / "blocked.yml").write_text(
        'numbers:\n  - {number: "1-800-667-5005", e164: "+18334564566", why: {en: "closed"}}\n',
        encoding="utf-8",
    )

    assert {problem.reason for problem in problems_of(folder)} == {
        "+18334564566 is not the number 1-800-667-5005",
        "1-800-667-5005 does not say why in both languages",
    }


def test_the_hash_changes_with_any_file(files: Files, write_content: WriteContent) -> None:
    before = read_content(write_content(files), TODAY).hash
    assert read_content(write_content(files), TODAY).hash == before

    entry_of(files, LINE)["about"]["en"] += " More."

    assert read_content(write_content(files), TODAY).hash != before


def test_the_message_lists_each_problem_on_a_line(files: Files, write_content: WriteContent) -> None:
    set_(entry_of(files, LINE), sources=[])

    with pytest.raises(ContentError) as caught:
        read_content(write_content(files), TODAY)

    assert "1 problem(s)" in str(caught.value)
    assert f"- crisis.yml, {LINE}: it names no source" in str(caught.value)
