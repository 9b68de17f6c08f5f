"""Supporting Indigenous physicians and learners."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Visit

LEARNING = ("ipac-allyship-definition", "ipac-resource-page", "ipac-position-statements")


class ActionAllyship(GuideAction):
    """Where an ally begins."""

    intent = "allyship"
    topic = "allyship"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "allyship", visit.listings("ipac-allyship-definition", "sanyas", "ipac-resource-page", "ipac")
            ),
            visit.choices("allyship_training", "allyship_learning", "reconciliation", "back", "menu"),
        ]


class ActionAllyshipTraining(GuideAction):
    """San'yas and where it runs."""

    intent = "allyship_training"
    topic = "allyship"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources("allyship_training", visit.find(category="cultural_safety")),
            visit.choices("allyship_learning", "allyship", "back", "menu"),
        ]


class ActionAllyshipLearning(GuideAction):
    """Guides, reading, podcasts and courses."""

    intent = "allyship_learning"
    topic = "allyship"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources("allyship_learning", visit.listings(*LEARNING)),
            visit.choices("allyship_training", "reconciliation", "back", "menu"),
        ]
