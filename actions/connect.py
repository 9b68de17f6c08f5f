"""Meeting other Indigenous physicians and learners."""

from __future__ import annotations

from actions.base import Answer, GuideAction, Visit


class ActionConnect(GuideAction):
    """An overview, and the four ways on."""

    intent = "connect"
    topic = "connect"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "connect", visit.listings("ipac", "imsac", "ipac-mentorship-circle", "nafc-friendship-centres")
            ),
            visit.choices("connect_local", "connect_national", "connect_mentorship", "connect_elders", "back", "menu"),
        ]


class ActionConnectLocal(GuideAction):
    """Trusted people, healing activities, Friendship Centres."""

    intent = "connect_local"
    topic = "connect"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "connect_local",
                visit.listings("local-trusted-people", "local-healing-activities", "nafc-friendship-centres"),
            ),
            visit.choices("connect_elders", "connect_national", "region", "back", "menu"),
        ]


class ActionConnectNational(GuideAction):
    """IPAC and IMSAC."""

    intent = "connect_national"
    topic = "connect"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources("connect_national", visit.listings("ipac", "imsac")),
            visit.choices("connect_mentorship", "connect_local", "university", "back", "menu"),
        ]


class ActionConnectMentorship(GuideAction):
    """The Mentorship Circle, and mentors of one's own."""

    intent = "connect_mentorship"
    topic = "connect"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "connect_mentorship", visit.listings("ipac-mentorship-circle", "mentorship-coaching", "ipac")
            ),
            visit.choices("connect_elders", "connect_national", "university", "back", "menu"),
        ]


class ActionConnectElders(GuideAction):
    """Elders and Knowledge Keepers, and where to ask for them."""

    intent = "connect_elders"
    topic = "connect"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        return [
            *visit.resources(
                "connect_elders",
                visit.listings("elders-knowledge-keepers", "nafc-friendship-centres", "own-school-indigenous-office"),
            ),
            visit.choices("connect_local", "connect_mentorship", "university", "back", "menu"),
        ]
