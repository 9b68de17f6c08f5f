"""The CMA's journey of truth and reconciliation, with a quiet line of support beside it."""

from __future__ import annotations

from actions.base import Answer, Page, Visit


class _BesideALine(Page):
    """Reading about these harms can hurt: lines of support stand beside it."""

    def answer(self, visit: Visit) -> Answer:
        """The page, then the lines, then the choices."""
        return [
            *visit.resources(self.intent, visit.listings(*self.shows)),
            *visit.resources("reconciliation_line", visit.listings("hope-for-wellness", "national-irs-crisis-line")),
            visit.choices(*self.ways_on),
        ]


class ActionReconciliation(_BesideALine):
    """What the journey is."""

    intent = "reconciliation"
    topic = "reconciliation"
    shows = ("cma-apology", "cma-wellness-healing-page", "ipac-position-statements", "ipac")
    ways_on = ("reconciliation_apology", "allyship", "talk", "back", "menu")


class ActionReconciliationApology(_BesideALine):
    """The apology itself."""

    intent = "reconciliation_apology"
    topic = "reconciliation"
    shows = ("cma-apology",)
    ways_on = ("reconciliation", "talk", "allyship", "back", "menu")
