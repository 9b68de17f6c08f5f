"""What a province or territory has; and the answer to "where?" that another branch asked."""

from __future__ import annotations

from dataclasses import replace

from actions.base import REGION_CHOICES, Answer, GuideAction, Reply, Visit, action_for
from bot.directory import Listing
from bot.messages import Message

#: The places whose answer depends on a region: once one is said, they answer for it.
ASKING = (
    "crisis",
    "crisis_region",
    "crisis_lines",
    "text_only",
    "talk",
    "talk_racism",
    "talk_grief",
    "university",
    "physician_program",
)


class ActionRegion(GuideAction):
    """Everything published for a region, by kind, and plainly what is missing."""

    intent = "region"
    topic = "region"
    asks_where = True

    def reply(self, visit: Visit) -> Reply:
        """Answer for the place that asked, if one did; it stays the place the person is at."""
        if visit.said.get("region") == "ask":
            visit = replace(visit, region=None, school=None)
        if "region" in visit.said and visit.place in ASKING:
            place = "crisis_region" if visit.place in ("crisis", "crisis_lines") else visit.place
            return action_for(place).reply(visit)
        return super().reply(visit)

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        if not visit.region:
            return [visit.choices(*REGION_CHOICES, "back", "menu", lead="region_which")]
        everything = visit.find(region=visit.region, national=False)
        lines = [item for item in everything if item.resource.category == "crisis"]
        schools = [item for item in everything if item.resource.category == "university"]
        physician = [item for item in everything if item.resource.category in ("provincial_php", "physician_support")]
        physician += [item for item in everything if item.resource.slug.startswith("welldoc-resources-")]
        others = [item for item in everything if item not in lines and item not in schools and item not in physician]
        messages: list[Message] = []
        for lead, listings in (
            ("region_crisis", lines),
            ("region_physician", physician),
            ("region_university", schools),
            ("region_other", others),
        ):
            # Lines in a crisis stand in the order of the standing rules, whoever asks.
            say = visit.resources if lead == "region_crisis" else visit.offer
            messages += say(lead, listings, region=visit.region_name)
        missing = self._missing(visit, lines, physician, schools)
        if missing:
            messages.append(visit.text("region_missing", region=visit.region_name, missing=missing))
        messages.append(visit.text("region_remembered", region=visit.region_name))
        choices = visit.choices("crisis_region", "physician_program", "university", "change_region", "back", "menu")
        return [*messages, choices]

    @staticmethod
    def _missing(visit: Visit, lines: list[Listing], physician: list[Listing], schools: list[Listing]) -> str:
        gaps = []
        if not any(item.resource.urgent_ok for item in lines):
            gaps.append("missing_crisis")
        if not any(item.resource.category == "provincial_php" for item in physician):
            gaps.append("missing_program")
        if not schools:
            gaps.append("missing_university")
        return ", ".join(visit.text(gap).text for gap in gaps)
