"""Someone to talk to: distress without risk, racism or mistreatment, grief."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Visit
from bot.messages import Message

#: Regional lines that offer talk and counselling rather than crisis intervention.
TALKING_KINDS = ("support_line", "counselling_intake", "navigation_line")


class ActionTalk(GuideAction):
    """Lines, peers and people close by."""

    intent = "talk"
    topic = "talk"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        messages = visit.resources(
            "talk",
            visit.listings(
                "hope-for-wellness", "cma-wellness-connection", "elders-knowledge-keepers", "local-trusted-people"
            ),
        )
        messages += _in_region(visit)
        return [*messages, visit.choices("talk_racism", "talk_grief", "physician_program", "connect", "crisis", "menu")]


class ActionTalkRacism(GuideAction):
    """After racism, discrimination or mistreatment at work or at school."""

    intent = "talk_racism"
    topic = "talk"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        messages = visit.resources(
            "talk_racism",
            visit.listings(
                "hope-for-wellness",
                "ipac",
                "own-school-indigenous-office",
                "cmpa",
                "cma-wellness-connection",
                "ipac-position-statements",
            ),
        )
        messages += _in_region(visit)
        return [*messages, visit.choices("university", "physician_medicolegal", "connect_elders", "crisis", "menu")]


class ActionTalkGrief(GuideAction):
    """After a loss."""

    intent = "talk_grief"
    topic = "talk"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        messages = visit.resources(
            "talk_grief",
            visit.listings(
                "hope-for-wellness",
                "elders-knowledge-keepers",
                "national-irs-crisis-line",
                "mmiwg-crisis-line",
                "local-healing-activities",
                "local-trusted-people",
            ),
        )
        messages += _in_region(visit)
        return [*messages, visit.choices("talk", "connect_elders", "connect_local", "crisis", "menu")]


def _in_region(visit: Visit) -> list[Message]:
    if not visit.region:
        return []
    lines = visit.find(category=["crisis"], kinds=TALKING_KINDS, region=visit.region, national=False)
    programs = visit.find(category=["provincial_php"], region=visit.region, national=False)
    helplines = visit.find(slugs=["paro-helpline"], region=visit.region, national=False)
    return visit.resources("talk_region", [*lines, *programs, *helplines], region=visit.region_name)
