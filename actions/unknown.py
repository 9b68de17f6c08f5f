"""What was not understood, or is not for this guide: kindly, with choices, the two numbers last."""

from __future__ import annotations

from actions.base import GuideAction, Reply, Visit, catalogue
from bot.messages import MENU, brief_floor

#: What is never offered as a guess. The menu is what "something else" opens.
NOT_OFFERED = frozenset({"crisis", "safe", "affirm", "deny", "out_of_scope", "menu"})

#: How many guesses are offered, and how likely one has to be.
MOST_GUESSES = 3
LEAST_CHANCE = 0.1


class ActionUnknown(GuideAction):
    """Offer what may have been meant; the second time in a row, and for what is not for this guide, the branches.

    The two numbers stay in view, last.
    """

    intent = "unknown"
    topic = "unknown"
    is_place = False

    def reply(self, visit: Visit) -> Reply:
        """See the class."""
        misses = 0 if visit.intent == "out_of_scope" else visit.misses + 1
        guesses = _guesses(visit) if misses == 1 else []
        if guesses:
            choices = visit.choices(*guesses, "something_else", lead="did_you_mean")
        else:
            choices = visit.choices(*MENU, lead="not_understood")
        return Reply(self.topic, [choices, brief_floor(visit.locale)], visit, aside=True, misses=misses)


def _guesses(visit: Visit) -> list[str]:
    """The likeliest intents that can be pressed as a choice of their own."""
    return [
        name
        for name, chance in visit.ranking
        if chance >= LEAST_CHANCE
        and name not in NOT_OFFERED
        and (visit.shown or name != "ask_again")
        and name in catalogue()
        and catalogue().meaning(name).intent == name
        and not catalogue().meaning(name).entities
    ][:MOST_GUESSES]
