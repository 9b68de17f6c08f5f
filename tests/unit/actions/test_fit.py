"""What fits the person stands first: when it is needed, then whom they named. Nothing is hidden; the floor stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from actions.fit import fitting, open_at
from bot.directory import Listing, apply_content, connect, find, upgrade

CONTENT = Path(__file__).resolve().parents[3] / "data" / "resources"

#: A Tuesday, ten in the morning in Ontario.
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('fit')}/guide.db")
    upgrade(engine)
    apply_content(engine, CONTENT)
    yield engine
    engine.dispose()


def listings(directory: Engine, *slugs: str) -> list[Listing]:
    with Session(directory, expire_on_commit=False) as session:
        return find(session, now=TUESDAY, slugs=slugs, keep_order=True)


def slugs(found: list[Listing]) -> list[str]:
    return [item.resource.slug for item in found]


def test_whom_the_person_named_comes_first(directory: Engine) -> None:
    shown = listings(directory, "ipac", "sanyas", "ipac-allyship-definition", "nafc-friendship-centres")
    first, *others = slugs(fitting(shown, {"non_indigenous_allies"}, None, TUESDAY))
    assert first in ("ipac-allyship-definition", "sanyas")
    assert sorted([first, *others]) == sorted(slugs(shown))


def test_what_serves_another_people_alone_comes_last(directory: Engine) -> None:
    shown = listings(directory, "mno-mental-health-addictions", "talk4healing")
    assert "metis" in shown[0].resource.audience
    assert slugs(fitting(shown, {"inuit"}, None, TUESDAY)) == ["talk4healing", "mno-mental-health-addictions"]
    assert slugs(fitting(shown, {"metis"}, None, TUESDAY))[0] == "mno-mental-health-addictions"


def test_without_a_word_of_either_the_order_stays(directory: Engine) -> None:
    shown = listings(directory, "php-on", "paro-helpline", "welldoc-resources-on")
    assert slugs(fitting(shown, frozenset(), None, TUESDAY)) == slugs(shown)


@pytest.mark.parametrize(("when", "is_open"), [("now", True), ("evening", False), ("night", False), ("weekend", False)])
def test_a_time_of_day_is_told_by_the_clock_of_who_answers(directory: Engine, when: str, is_open: bool) -> None:
    [office] = listings(directory, "php-on")
    [helpline] = listings(directory, "paro-helpline")
    [unlisted] = listings(directory, "welldoc-resources-on")
    assert open_at(office, when, TUESDAY).open_now is is_open
    assert open_at(helpline, when, TUESDAY).open_now is True
    assert open_at(unlisted, when, TUESDAY).open_now is None
    order = slugs(fitting([office, unlisted, helpline], frozenset(), when, TUESDAY))
    assert order == (
        ["php-on", "paro-helpline", "welldoc-resources-on"]
        if is_open
        else ["paro-helpline", "welldoc-resources-on", "php-on"]
    )


def test_on_a_weekend_the_weekend_is_now(directory: Engine) -> None:
    [office] = listings(directory, "php-on")
    sunday = datetime(2026, 11, 22, 15, 0, tzinfo=timezone.utc)
    assert open_at(office, "weekend", sunday).open_now is False
    assert open_at(office, "now", sunday).open_now is False


def test_the_lines_of_the_floor_keep_their_places(directory: Engine) -> None:
    shown = listings(directory, "988-suicide-crisis-helpline", "hope-for-wellness", "php-on", "paro-helpline")
    assert slugs(fitting(shown, {"physicians"}, "night", TUESDAY)) == [
        "988-suicide-crisis-helpline",
        "hope-for-wellness",
        "paro-helpline",
        "php-on",
    ]
