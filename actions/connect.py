"""Meeting other Indigenous physicians and learners."""

from __future__ import annotations

from actions.base import Page


class ActionConnect(Page):
    """An overview, and the four ways on."""

    intent = "connect"
    topic = "connect"
    shows = ("ipac", "imsac", "ipac-mentorship-circle", "nafc-friendship-centres")
    ways_on = ("connect_local", "connect_national", "connect_mentorship", "connect_elders", "back", "menu")


class ActionConnectLocal(Page):
    """Trusted people, healing activities, Friendship Centres."""

    intent = "connect_local"
    topic = "connect"
    shows = ("local-trusted-people", "local-healing-activities", "nafc-friendship-centres")
    ways_on = ("connect_elders", "connect_national", "region", "back", "menu")


class ActionConnectNational(Page):
    """IPAC and IMSAC."""

    intent = "connect_national"
    topic = "connect"
    shows = ("ipac", "imsac")
    ways_on = ("connect_mentorship", "connect_local", "university", "back", "menu")


class ActionConnectMentorship(Page):
    """The Mentorship Circle, and mentors of one's own."""

    intent = "connect_mentorship"
    topic = "connect"
    shows = ("ipac-mentorship-circle", "mentorship-coaching", "ipac")
    ways_on = ("connect_elders", "connect_national", "university", "back", "menu")


class ActionConnectElders(Page):
    """Elders and Knowledge Keepers, and where to ask for them."""

    intent = "connect_elders"
    topic = "connect"
    shows = ("elders-knowledge-keepers", "nafc-friendship-centres", "own-school-indigenous-office")
    ways_on = ("connect_local", "connect_mentorship", "university", "back", "menu")
