"""Support in a crisis. The floor comes first; `bot/turns` puts it there should this ever fail to."""

from __future__ import annotations

from actions.base import REGION_CHOICES, Answer, GuideAction, Reply, Visit
from bot.directory import Listing
from bot.messages import FLOOR_SLUGS, Message, floor

#: The national lines after the floor's, in the order of the source document.
NATIONAL_LINES = ("national-irs-crisis-line", "mmiwg-crisis-line", "kids-help-phone")

#: Contacts that need no voice.
SILENT = ("sms", "chat")


class ActionCrisis(GuideAction):
    """The floor, the other national lines, the lines of the region if it is known, and what may come next."""

    intent = "crisis"
    topic = "crisis"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        messages: list[Message] = [floor(visit.locale)]
        messages += visit.resources("crisis_national", visit.listings(*NATIONAL_LINES))
        if visit.region:
            messages += regional_lines(visit)
            values = ("change_region", "text_only", "talk", "menu")
            return [*messages, visit.choices(*values)]
        values = ("crisis_region", "text_only", "talk", "menu")
        return [*messages, visit.choices(*values, lead="crisis_next")]


class ActionCrisisRegion(GuideAction):
    """The lines of one province or territory, by the standing rules; asks which one when it is not known."""

    intent = "crisis_region"
    topic = "crisis"
    asks_where = True

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        if not visit.region:
            return [visit.choices(*REGION_CHOICES, "text_only", "back", lead="crisis_region_which")]
        return [*regional_lines(visit), visit.choices("change_region", "text_only", "talk", "back", "menu")]


class ActionCrisisLines(GuideAction):
    """What the national lines are: for questions about them, not for a crisis."""

    intent = "crisis_lines"
    topic = "crisis"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        lines = visit.listings(*FLOOR_SLUGS[:2], *NATIONAL_LINES, FLOOR_SLUGS[2])
        messages = visit.resources("crisis_lines", lines)
        if visit.region:
            messages += regional_lines(visit)
        return [*messages, visit.choices("crisis_region", "text_only", "talk", "menu")]


class ActionTextOnly(GuideAction):
    """Lines that can be reached without speaking."""

    intent = "text_only"
    topic = "crisis"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        regions = [visit.region] if visit.region else []
        lines = visit.find(
            branch="crisis",
            category="crisis",
            region=[*regions, "CA"],
            contact_kinds=SILENT,
        )
        first = [line for line in lines if line.resource.slug in FLOOR_SLUGS]
        rest = [line for line in lines if line.resource.slug not in FLOOR_SLUGS]
        messages = visit.resources("text_only", [*first, *rest], contact_kinds=SILENT)
        if visit.region:
            return [*messages, visit.choices("change_region", "talk", "back", "menu")]
        return [*messages, visit.choices(*REGION_CHOICES, "talk", "back", lead="text_only_no_region")]


class ActionSafe(GuideAction):
    """Said to be safe: thank, stay near, and go on."""

    intent = "safe"
    topic = "checkin"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        # "Back" goes to the place before the one that alarmed, not to the alarm.
        return Reply(
            self.topic, [visit.text("safe"), visit.choices("talk", "connect_elders", "menu")], visit, aside=False
        )


def regional_lines(visit: Visit) -> list[Message]:
    """A region's lines by the standing rules, and a plain sentence where a crisis line is missing.

    24-hour lines first (Quebec's own leads), then the others, those open now first; each is labelled with what it is.
    """
    lines = visit.find(branch="crisis", category="crisis", region=visit.region, national=False)
    # What may not stand alone, and in no source document, comes last of all.
    lines = sorted(lines, key=_rank)
    if not lines:
        return [visit.text("crisis_region_none", region=visit.region_name)]
    messages = visit.resources("crisis_region_lines", lines, region=visit.region_name)
    if not any(_is_crisis_line(line) for line in lines):
        messages.append(visit.text("crisis_region_no_crisis_line", region=visit.region_name))
    return messages


def _is_crisis_line(line: Listing) -> bool:
    return line.resource.urgent_ok and line.resource.hours_kind == "always"


def _rank(line: Listing) -> tuple[bool, bool, int, int]:
    openness = {True: 0, None: 1, False: 2}[line.status.open_now]
    return (
        not _is_crisis_line(line),
        not line.resource.in_seed and not line.resource.urgent_ok,
        openness,
        (line.resource.position),
    )
