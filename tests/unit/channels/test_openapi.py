"""The OpenAPI document tells every route there is, and its shapes are those that are really taken and given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.routing import Mount, Route

from bot.app import build_app
from bot.channels.openapi import document
from bot.channels.problems import _TITLES
from bot.channels.web import MAX_TEXT, MAX_WAIT, NewConversation, NewMessage, Report
from bot.messages import Turn, floor, load_catalogue
from bot.settings import ROOT, Settings

DOCUMENT = document(load_catalogue(ROOT / "data").meanings, ["cmpa"], MAX_TEXT, MAX_WAIT)
SHAPES: dict[str, Any] = DOCUMENT["components"]["schemas"]


def test_every_route_is_told_with_its_methods_and_no_other(tmp_path: Path) -> None:
    app = build_app(Settings(var_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/guide.db"), tmp_path / "no model")  # type: ignore[call-arg]
    there = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    there |= {(f"{route.path}/{{file}}", "get") for route in app.routes if isinstance(route, Mount)}
    told = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"}
    assert told == there


def test_every_refusal_has_its_status() -> None:
    assert set(DOCUMENT["components"]["responses"]) == {str(status) for status in _TITLES}


def test_the_shapes_of_requests_have_the_fields_that_are_taken() -> None:
    for model, names in ((NewConversation, ["NewConversation"]), (NewMessage, ["TextMessage", "ChoiceMessage"])):
        for name in names:
            assert set(SHAPES[name]["properties"]) == set(model.model_fields)
    assert set(SHAPES["Report"]["properties"]) == set(Report.model_fields)


def test_the_shapes_of_answers_have_the_fields_that_are_given() -> None:
    turn = Turn("", 1, "menu", "none", False, (floor("en"),)).to_dict()
    assert set(SHAPES["Turn"]["properties"]) == set(turn)
    card = turn["messages"][0]["resources"][0]
    for name, given in (("Resource", card), ("Contact", card["contacts"][0]), ("Hours", card["hours"])):
        assert SHAPES[name]["properties"].keys() == given.keys()


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if "$ref" in part else []
            return own + [found for value in part.values() for found in references(value)]
        return [found for value in part for found in references(value)] if isinstance(part, list) else []

    found = references(DOCUMENT)
    assert found
    for reference in found:
        place: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
