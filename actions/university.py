"""A school's own supports: by the school's name, or by province."""

from __future__ import annotations

from actions.base import REGION_CHOICES, Answer, GuideAction, Visit, schools
from bot.messages import Message

#: What helps at every school: the lists, the person's own office, and whom to ask.
EVERYWHERE = ("own-school-indigenous-office", "ipac-coordinator-contact-list", "ipac-university-resource-list", "ipac")


class ActionUniversity(GuideAction):
    """The school's office, then IPAC's two lists, the person's own school, and IPAC itself."""

    intent = "university"
    topic = "university"
    asks_where = True

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        if visit.school and ("school" in visit.said or "region" not in visit.said):
            return [*_at_school(visit), *_everywhere(visit), self._next(visit)]
        if visit.region:
            return [*_in_region(visit), *_everywhere(visit), self._next(visit)]
        return [
            *visit.resources("university_which", visit.listings(*EVERYWHERE)),
            visit.choices(*REGION_CHOICES, "back", "menu", lead="region_which"),
        ]

    def _next(self, visit: Visit) -> Message:
        return visit.choices("change_region", "connect_mentorship", "talk", "physician_program", "back", "menu")


def _at_school(visit: Visit) -> list[Message]:
    assert visit.school is not None
    slugs = schools()[visit.school].get("resources") or []
    found = visit.resources("university_school", visit.listings(*slugs), school=visit.school_name)
    return found or [visit.text("university_school_none", school=visit.school_name)]


def _in_region(visit: Visit) -> list[Message]:
    offices = visit.find(category="university", region=visit.region, national=False)
    found = visit.resources("university_region", offices, region=visit.region_name)
    here = [slug for slug, school in schools().items() if school["region"] == visit.region]
    without = [slug for slug in here if not schools()[slug].get("resources")]
    messages = found or ([] if here else [visit.text("university_region_none", region=visit.region_name)])
    if without:
        messages = [*messages, visit.choices(*(f"school_{slug}" for slug in without), lead=None)]
    return messages


def _everywhere(visit: Visit) -> list[Message]:
    return visit.resources("university_lists", visit.listings(*EVERYWHERE))
