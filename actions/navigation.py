"""Finding the way: menu, back, start over, help, and a wrong number."""

from __future__ import annotations

from dataclasses import replace

from actions.base import Answer, GuideAction, Reply, Visit, answer_again
from bot.messages import MENU


class ActionMenu(GuideAction):
    """The branches."""

    intent = "menu"
    topic = "menu"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [visit.choices(*MENU, lead="how_can_we_help")]


class ActionGoBack(GuideAction):
    """The place before this one, or the one still open after stepping aside; from the first place, the menu."""

    intent = "go_back"
    topic = "menu"
    is_place = False

    def reply(self, visit: Visit) -> Reply:
        """Answer as the place to return to."""
        trail = (visit.trail if visit.aside else visit.trail[:-1]) or ("menu",)
        return answer_again(replace(visit, trail=trail), trail[-1])


class ActionStartOver(GuideAction):
    """Forget place and school, and begin again."""

    intent = "start_over"
    topic = "menu"
    is_place = False

    def reply(self, visit: Visit) -> Reply:
        """Answer with the menu, nothing remembered."""
        fresh = Visit(locale=visit.locale, region=None, school=None, trail=("menu",), now=visit.now)
        return Reply(self.topic, [fresh.text("start_over"), fresh.choices(*MENU, lead="how_can_we_help")], fresh)


class ActionCapabilities(GuideAction):
    """What the guide can do."""

    intent = "capabilities"
    topic = "menu"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [visit.text("capabilities"), visit.choices(*MENU, lead="how_can_we_help")]


class ActionWrongNumber(GuideAction):
    """A number does not work: how to report it, and lines that answer in the meantime."""

    intent = "wrong_number"
    topic = "smalltalk"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        lines = visit.listings("988-suicide-crisis-helpline", "hope-for-wellness")
        return [*visit.resources("wrong_number", lines), visit.choices("back", "menu")]
