"""Someone to talk to: distress without risk, racism or mistreatment, grief."""

from __future__ import annotations

from actions.base import Answer, Page, Visit
from bot.messages import Message

#: Regional lines that offer talk and counselling rather than crisis intervention.
TALKING_KINDS = ("support_line", "counselling_intake", "navigation_line")


class _WithRegion(Page):
    """The page, and what the person's province or territory adds."""

    def answer(self, visit: Visit) -> Answer:
        """The page, the region's own, and the choices."""
        return [
            *visit.offer(self.intent, visit.listings(*self.shows)),
            *_in_region(visit),
            visit.choices(*self.ways_on),
        ]


class ActionTalk(_WithRegion):
    """Lines, peers and people close by."""

    intent = "talk"
    topic = "talk"
    shows = ("hope-for-wellness", "cma-wellness-connection", "elders-knowledge-keepers", "local-trusted-people")
    ways_on = ("talk_racism", "talk_grief", "physician_program", "connect", "crisis", "menu")


class ActionTalkRacism(_WithRegion):
    """After racism, discrimination or mistreatment at work or at school."""

    intent = "talk_racism"
    topic = "talk"
    shows = (
        "hope-for-wellness",
        "ipac",
        "own-school-indigenous-office",
        "cmpa",
        "cma-wellness-connection",
        "ipac-position-statements",
    )
    ways_on = ("university", "physician_medicolegal", "connect_elders", "crisis", "menu")


class ActionTalkGrief(_WithRegion):
    """After a loss."""

    intent = "talk_grief"
    topic = "talk"
    shows = (
        "hope-for-wellness",
        "elders-knowledge-keepers",
        "national-irs-crisis-line",
        "mmiwg-crisis-line",
        "local-healing-activities",
        "local-trusted-people",
    )
    ways_on = ("talk", "connect_elders", "connect_local", "crisis", "menu")


def _in_region(visit: Visit) -> list[Message]:
    if not visit.region:
        return []
    lines = visit.find(category=["crisis"], kinds=TALKING_KINDS, region=visit.region, national=False)
    programs = visit.find(category=["provincial_php"], region=visit.region, national=False)
    helplines = visit.find(slugs=["paro-helpline"], region=visit.region, national=False)
    return visit.offer("talk_region", [*lines, *programs, *helplines], region=visit.region_name)
