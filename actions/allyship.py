"""Supporting Indigenous physicians and learners."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Page, Visit


class ActionAllyship(Page):
    """Where an ally begins."""

    intent = "allyship"
    topic = "allyship"
    shows = ("ipac-allyship-definition", "sanyas", "ipac-resource-page", "ipac")
    ways_on = ("allyship_training", "allyship_learning", "reconciliation", "back", "menu")


class ActionAllyshipTraining(GuideAction):
    """San'yas and where it runs; whatever training is published beside it."""

    intent = "allyship_training"
    topic = "allyship"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.offer("allyship_training", visit.find(category="cultural_safety")),
            visit.choices("allyship_learning", "allyship", "back", "menu"),
        ]


class ActionAllyshipLearning(Page):
    """Guides, reading, podcasts and courses."""

    intent = "allyship_learning"
    topic = "allyship"
    shows = ("ipac-allyship-definition", "ipac-resource-page", "ipac-position-statements")
    ways_on = ("allyship_training", "reconciliation", "back", "menu")
