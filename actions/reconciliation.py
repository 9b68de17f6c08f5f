"""The CMA's journey of truth and reconciliation, with a quiet line of support beside it."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Visit

#: Reading about these harms can hurt: the lines that stand beside it.
BESIDE_IT = ("hope-for-wellness", "national-irs-crisis-line")


class ActionReconciliation(GuideAction):
    """What the journey is."""

    intent = "reconciliation"
    topic = "reconciliation"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "reconciliation",
                visit.listings("cma-apology", "cma-wellness-healing-page", "ipac-position-statements", "ipac"),
            ),
            *visit.resources("reconciliation_line", visit.listings(*BESIDE_IT)),
            visit.choices("reconciliation_apology", "allyship", "talk", "back", "menu"),
        ]


class ActionReconciliationApology(GuideAction):
    """The apology itself."""

    intent = "reconciliation_apology"
    topic = "reconciliation"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources("reconciliation_apology", visit.listings("cma-apology")),
            *visit.resources("reconciliation_line", visit.listings(*BESIDE_IT)),
            visit.choices("reconciliation", "talk", "allyship", "back", "menu"),
        ]
