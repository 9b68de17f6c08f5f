"""What was not understood, or is not for this guide: kindly, with choices, the two numbers last."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Visit
from bot.messages import MENU, brief_floor


class ActionUnknown(GuideAction):
    """Say so, offer the branches, and keep the numbers in view."""

    intent = "unknown"
    topic = "unknown"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [visit.choices(*MENU, lead="not_understood"), brief_floor(visit.locale)]
