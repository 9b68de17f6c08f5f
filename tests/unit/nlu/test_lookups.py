"""A place that the message itself takes back is not the one that is meant."""

from __future__ import annotations

import pytest

from bot.engine import rasa_compat

rasa_compat.install()

from bot.nlu.lookups import name_finder  # noqa: E402


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("not Ontario, Quebec", ["QC"]),
        ("Quebec, not Ontario", ["QC"]),
        ("I'm in Manitoba, not in Saskatchewan", ["MB"]),
        ("no, Manitoba", ["MB"]),
        ("Ontario, no wait, Manitoba", ["MB"]),
        ("Alberta, sorry, I meant British Columbia", ["BC"]),
        ("I meant Dalhousie, not McGill", ["dalhousie"]),
        ("pas l'Ontario, le Québec", ["QC"]),
        ("non, pas le Manitoba, la Saskatchewan", ["SK"]),
        ("l'Alberta, pardon, je voulais dire le Yukon", ["YT"]),
        ("au lieu de l'Ontario, le Québec", ["QC"]),
        ("Ontario and Quebec", ["ON", "QC"]),
        ("I'm not in Ontario", ["ON"]),
        ("not Ontario", ["ON"]),
    ],
)
def test_a_place_taken_back_does_not_count(text: str, meant: list[str]) -> None:
    finder = name_finder()
    assert [name.value for name in finder.meant(text, finder.find(text))] == meant


@pytest.mark.parametrize(
    "text",
    [
        "I meant Dalhousie",
        "no wait, McGill",
        "sorry, Manitoba",
        "je voulais dire McGill",
        "non, le Québec",
        "l'Ontario?",
    ],
)
def test_a_correction_says_nothing_but_the_name(text: str) -> None:
    finder = name_finder()
    assert finder.only_names(text, finder.find(text))


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("I'm a PGY-2 in Ontario", "audience", ["residents"]),
        ("une résidente innue", "audience", ["residents", "first_nations"]),
        ("my friend, a retired doctor, asks", "audience", ["retired_physicians"]),
        ("as a non-Indigenous colleague", "audience", ["non_indigenous_allies"]),
        ("je suis externe à Laval", "audience", ["medical_students"]),
        ("the md of the month", "audience", []),
        ("Métis Nation of Ontario", "audience", []),
        ("who answers tonight", "time", ["evening"]),
        ("quelqu'un en pleine nuit", "time", ["night"]),
        ("est-ce ouvert la fin de semaine?", "time", ["weekend"]),
        ("weekly meetings", "time", []),
    ],
)
def test_people_and_times_are_found_where_they_are_written(text: str, kind: str, values: list[str]) -> None:
    assert [name.value for name in name_finder().find(text) if name.kind == kind] == values


def test_a_time_beside_a_name_leaves_it_the_only_thing_asked_about() -> None:
    finder = name_finder()
    text = "988 tonight"
    assert {name.kind for name in finder.find(text)} == {"organisation", "time"}
    assert finder.only_names(text, finder.find(text))
