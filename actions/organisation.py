"""An organisation or service asked for by its name."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Reply, Visit, organisations
from bot.messages import MENU

#: What the turn is about, by the category of the first resource shown.
TOPICS = {
    "crisis": "crisis",
    "community": "connect",
    "mentorship": "connect",
    "university": "university",
    "cultural_safety": "allyship",
    "allyship": "allyship",
    "reconciliation": "reconciliation",
    "physician_support": "physician",
    "provincial_php": "physician",
    "directory": "physician",
}


class ActionOrganisation(GuideAction):
    """What the directory has on the names said; a plain sentence where it has nothing checked."""

    intent = "organisation"
    topic = "unknown"

    def place(self, visit: Visit) -> str:
        """The name asked for belongs to the place, so that "back" finds it again."""
        named = visit.said.get("organisation")
        return f"{self.intent}:{named}" if named in organisations() else self.intent

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        named = organisations().get(visit.said.get("organisation", ""))
        if named is None:
            return [visit.choices(*MENU, lead="organisation_which")]
        listings = visit.listings(*(named.get("resources") or ()))
        if not listings:
            return [visit.text("organisation_none", name=named["name"]), visit.choices(*MENU)]
        messages = visit.resources("organisation", listings, name=named["name"])
        next_step = visit.choices("crisis_lines", "physician", "connect", "region", "back", "menu")
        return Reply(TOPICS[listings[0].resource.category], [*messages, next_step], visit)
