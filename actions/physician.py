"""Supports for physicians, learners and their families."""

from __future__ import annotations

from actions.base import REGION_CHOICES, Answer, GuideAction, Page, Visit


class ActionPhysician(Page):
    """An overview, and the ways on."""

    intent = "physician"
    topic = "physician"
    shows = ("cma-wellness-connection", "cmpa", "capd", "physician-health-inclusion", "ipac")
    ways_on = (
        "physician_program",
        "physician_peer",
        "physician_medicolegal",
        "physician_disability",
        "resource_guide",
        "back",
        "menu",
    )


class ActionPhysicianPeer(Page):
    """Peer sessions."""

    intent = "physician_peer"
    topic = "physician"
    shows = ("cma-wellness-connection", "physician-health-inclusion")
    ways_on = ("physician_program", "connect", "talk", "back", "menu")


class ActionPhysicianMedicolegal(Page):
    """Medico-legal advice."""

    intent = "physician_medicolegal"
    topic = "physician"
    shows = ("cmpa",)
    ways_on = ("physician_program", "physician_peer", "talk", "back", "menu")


class ActionPhysicianDisability(Page):
    """Disability and chronic conditions."""

    intent = "physician_disability"
    topic = "physician"
    shows = ("capd", "physician-health-inclusion")
    ways_on = ("physician_program", "university", "physician_peer", "back", "menu")


class ActionPhysicianProgram(GuideAction):
    """The physician health program of a province, with who runs it and who may learn of the call."""

    intent = "physician_program"
    topic = "physician"
    asks_where = True

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        if not visit.region:
            return [
                *visit.resources("physician_program_which", visit.listings("cma-php-directory")),
                visit.choices(*REGION_CHOICES, "back", "menu", lead="region_which"),
            ]
        programs = [
            *visit.find(category=["provincial_php"], region=visit.region, national=False),
            *visit.find(slugs=["paro-helpline"], region=visit.region, national=False),
        ]
        lists = visit.listings(f"welldoc-resources-{visit.region.lower()}", "cma-php-directory")
        lead = "physician_program" if programs else "physician_program_none"
        return [
            *visit.offer(lead, [*programs, *lists], region=visit.region_name),
            visit.choices("change_region", "physician_peer", "talk", "back", "menu"),
        ]


class ActionResourceGuide(Page):
    """The downloadable guide, the page it comes from, and the Wellness Hub with its Resource Centre."""

    intent = "resource_guide"
    topic = "physician"
    shows = ("cma-resource-guide", "cma-wellness-healing-page", "cma-physician-wellness-hub")
    ways_on = ("physician", "connect", "university", "back", "menu")
