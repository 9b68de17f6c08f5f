"""Courtesies, and questions about the guide itself."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from actions.base import Answer, GuideAction, Reply, Visit, answer_again
from bot.messages import MENU, Message, is_floor


class _Courtesy(GuideAction):
    """A sentence named after the intent, and where to go from there."""

    topic = "smalltalk"
    is_place = False
    ways_on: ClassVar[tuple[str, ...]] = MENU
    lead: ClassVar[str] = "next"

    def answer(self, visit: Visit) -> Answer:
        """The sentence and the choices."""
        return [visit.text(self.intent), visit.choices(*self.ways_on, lead=self.lead)]


class ActionGreet(_Courtesy):
    """Hello."""

    intent = "greet"
    lead = "how_can_we_help"


class ActionThanks(_Courtesy):
    """You're welcome."""

    intent = "thanks"
    ways_on = ("back", "menu")


class ActionGoodbye(_Courtesy):
    """Go gently."""

    intent = "goodbye"
    ways_on = ("menu", "start_over")


class ActionAffirm(_Courtesy):
    """A "yes" to no open question."""

    intent = "affirm"


class ActionDeny(_Courtesy):
    """A "no" to no open question."""

    intent = "deny"


class ActionBotChallenge(_Courtesy):
    """Not a person."""

    intent = "bot_challenge"
    ways_on = ("talk", "crisis", "privacy", "menu")


class ActionPrivacy(_Courtesy):
    """What happens to what one types."""

    intent = "privacy"
    ways_on = ("talk", "crisis", "menu")


class ActionFeedback(_Courtesy):
    """Thanks for feedback, and how to report a wrong number."""

    intent = "feedback"
    ways_on = ("wrong_number", "back", "menu")


class ActionLanguage(GuideAction):
    """Switch the language and say again what is open, or ask which language."""

    intent = "language"
    topic = "smalltalk"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        wanted = visit.said.get("language")
        if wanted not in ("en", "fr"):
            return [visit.choices("language_en", "language_fr", lead="language")]
        visit = replace(visit, locale="fr" if wanted == "fr" else "en", said={})
        done: list[Message] = [visit.text("language_set")]
        if not visit.place:
            return Reply(self.topic, [*done, visit.choices(*MENU, lead="how_can_we_help")], visit)
        again = answer_again(visit, visit.place)
        # The floor stays in front.
        first = again.messages[:1] if again.messages and is_floor(again.messages[0]) else []
        messages = [*first, *done, *again.messages[len(first) :]]
        return Reply(self.topic, messages, again.visit, aside=False)
