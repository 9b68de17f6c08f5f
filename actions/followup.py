"""Questions about what was just shown: hours, cost, languages, who answers, the contacts again, or something closer.

Every answer is what the directory records. Where it records nothing, that is said plainly; nothing is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

import yaml

from actions.base import (
    DATA,
    SHOWN_LENGTH,
    Answer,
    GuideAction,
    Reply,
    Visit,
    action_for,
    answer_again,
    organisations,
    schools,
    shown_in,
)
from actions.fit import open_at
from actions.organisation import TOPICS
from bot.directory import Listing
from bot.messages import MENU, Locale, Message

#: Topics that are no branch: after such a reply the place says what is talked about.
NO_BRANCH = frozenset({"smalltalk", "unknown", "checkin", "menu"})

#: For each topic, the branch of the directory, and the place that gives its overview.
BRANCHES = {
    "crisis": "crisis",
    "talk": "crisis",
    "connect": "community",
    "university": "university",
    "allyship": "allyship",
    "reconciliation": "reconciliation",
    "physician": "physician_support",
}
OVERVIEWS = {
    "crisis": "crisis_lines",
    "talk": "talk",
    "connect": "connect",
    "university": "university",
    "allyship": "allyship",
    "reconciliation": "reconciliation",
    "physician": "physician",
}

#: How many resources a wider answer shows.
MOST_WIDER = 6

#: What a sentence of a listing says of its cost, in each language.
_COST: dict[Locale, re.Pattern[str]] = {
    "en": re.compile(r"\b(free|toll-free|fees?|costs?|charged?|paid)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(gratuit(e|s|es)?|sans frais|frais|coûts?|coûte|payante?s?)\b", re.IGNORECASE),
}

#: What a sentence says of whether a call stays private.
_PRIVATE: dict[Locale, re.Pattern[str]] = {
    "en": re.compile(r"\b(confidential|anonymous|who may learn)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(confidentiel(le|s|les)?|anonymes?|qui peut savoir)\b", re.IGNORECASE),
}

#: What a sentence says of the people who answer.
_PEOPLE: dict[Locale, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(answers?|listens?|counsellors|responders?|volunteers|workers|clinicians|nurses|advisors|facilitators"
        r"|physicians support|run by|run it|delivered by)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(répond(ent)?|vous écoute(nt)?|intervenants|conseillers|bénévoles|cliniciens|infirmier|médecins-conseils"
        r"|animent|médecins y soutiennent|relève|par et pour|s'en occupent|assuré par)\b",
        re.IGNORECASE,
    ),
}

#: Kinds of service that nobody answers for, or that are no service at all: their words about people are about others.
_NOBODY_ANSWERS = frozenset(
    {"association", "directory", "generic_support", "guide", "indigenous_learner_support", "information", "mentorship"}
)

_SENTENCES = re.compile(r"(?<=[.!?])\s+")


class _FollowUp(GuideAction):
    """An answer about what the message names, or else about what was shown; without either, asks what is wanted."""

    topic = "menu"
    is_place = False

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        visit, listings = _asked_about(visit)
        if not listings:
            return _on_the_name(visit) or [visit.choices(*MENU, lead="followup_nothing")]
        next_step = visit.choices("ask_again", "back", "menu")
        return Reply(_topic(visit, listings), [*self.facts(visit, listings), next_step], visit)

    def facts(self, visit: Visit, listings: Sequence[Listing]) -> list[Message]:
        """What each listing says, and then plainly which ones say nothing."""
        told: list[Message] = []
        silent: list[str] = []
        for listing in listings:
            fact = self.fact(visit, listing)
            name = listing.resource.name(visit.locale)
            if fact:
                told.append(visit.text("followup_fact", name=name, fact=fact))
            else:
                silent.append(name)
        if silent:
            key = "followup_not_said" if told else "followup_none_said"
            told.append(visit.text(key, names=_listed(visit, silent)))
        return told

    def fact(self, visit: Visit, listing: Listing) -> str:
        """What one listing says; empty where it says nothing."""
        raise NotImplementedError


class ActionAskHours(_FollowUp):
    """When they answer, and whether they do right now, or at the time that was asked for."""

    intent = "ask_hours"

    def fact(self, visit: Visit, listing: Listing) -> str:
        """The hours as printed, behind whether it is open."""
        hours = listing.resource.hours_text(visit.locale).rstrip(". ")
        if not hours or hours == visit.text("hours_not_listed").text:
            return ""
        if visit.when in (None, "now"):
            key = {True: "hours_open", False: "hours_closed", None: "hours_only"}[listing.status.open_now]
            return visit.text(key, hours=hours).text
        state = open_at(listing, visit.when, visit.now).open_now
        key = {True: "hours_open_then", False: "hours_closed_then", None: "hours_only_then"}[state]
        return visit.text(key, hours=hours, when=visit.text(f"when_{visit.when}").text).text


class ActionAskCost(_FollowUp):
    """Whether it is free: what the listing's own words say of it."""

    intent = "ask_cost"

    def fact(self, visit: Visit, listing: Listing) -> str:
        """The sentences about cost."""
        return _sentences(visit, listing, _COST)


class ActionAskLanguage(_FollowUp):
    """Which languages are spoken."""

    intent = "ask_language"

    def fact(self, visit: Visit, listing: Listing) -> str:
        """The languages of service, with what to do for each."""
        recorded = listing.resource.languages
        if not recorded:
            codes = dict.fromkeys(code for contact in listing.contacts for code in contact.languages)
            recorded = [{"code": code} for code in codes]
        spoken = [(_language(visit, one), _note(visit, one)) for one in recorded]
        groups = []
        for note, names in groupby(spoken, key=lambda one: one[1]):
            said = _listed(visit, [name for name, _ in names])
            groups.append(f"{said} ({note})" if note else said)
        return f"{'; '.join(groups)}." if groups else ""


class ActionAskWho(_FollowUp):
    """Who runs it, who answers, and whether it stays private."""

    intent = "ask_who"

    def fact(self, visit: Visit, listing: Listing) -> str:
        """Who runs it, and the sentences about people and privacy."""
        patterns = (_PRIVATE,) if listing.resource.kind_of_service in _NOBODY_ANSWERS else (_PEOPLE, _PRIVATE)
        org, told = listing.resource.org, _sentences(visit, listing, *patterns)
        run_by = visit.text("who_runs", org=org).text if org and org not in told else ""
        return " ".join(filter(None, (run_by, told)))

    def facts(self, visit: Visit, listings: Sequence[Listing]) -> list[Message]:
        """Of a call's privacy, too, it is said plainly where a listing does not speak of it."""
        facts = super().facts(visit, listings)
        if all(_sentences(visit, listing, _PRIVATE) for listing in listings):
            return facts
        return [*facts, visit.text("who_private_not_said")]


class _NamedInstead(_FollowUp):
    """Where a name is said, what is wanted is simply what there is on that name."""

    def reply(self, visit: Visit) -> Reply:
        """See the class."""
        return _on_the_name(visit) or super().reply(visit)


class ActionAskAgain(_NamedInstead):
    """The same resources with their contacts once more."""

    intent = "ask_again"

    def facts(self, visit: Visit, listings: Sequence[Listing]) -> list[Message]:
        """The cards."""
        return visit.resources("followup_again", listings)

    def answer(self, visit: Visit) -> Answer:
        """The cards, and the ways on without offering them a third time."""
        listings = visit.listings(*visit.shown)
        if not listings:
            return [visit.choices(*MENU, lead="followup_nothing")]
        return Reply(_topic(visit, listings), [*self.facts(visit, listings), visit.choices("back", "menu")], visit)


class ActionAskNone(_NamedInstead):
    """Something else: what serves the whole country in the same branch, else the branch's overview, else the menu."""

    intent = "ask_none"

    def answer(self, visit: Visit) -> Answer:
        """See the class."""
        shown = visit.listings(*visit.shown)
        if not shown:
            return [visit.choices(*MENU, lead="followup_nothing")]
        topic = _topic(visit, shown)
        overview = OVERVIEWS.get(topic, visit.place)
        # Asked a second time running, going back and forth between the same few would not help.
        wider = [] if visit.aside == self.intent else _everywhere(visit, topic, shown)
        if wider:
            ways = [overview] if overview and overview != visit.place else []
            messages = visit.offer("followup_wider", wider)
            return Reply(topic, [*messages, visit.choices(*ways, "back", "menu")], visit)
        if overview and overview != visit.place:
            again = answer_again(visit, overview)
            return replace(again, messages=[visit.text("followup_overview"), *again.messages])
        return Reply("menu", [visit.choices(*MENU, lead="followup_menu")], visit)


def _everywhere(visit: Visit, topic: str, shown: Sequence[Listing]) -> list[Listing]:
    """What serves the whole country in the branches a topic or what was shown belongs to, and was not shown."""
    branches = BRANCHES.get(topic) or {one.resource.branches[0] for one in shown}
    found = visit.find(branch=branches, region="CA")
    return [one for one in found if one.resource.slug not in visit.shown and not _is_emergency(one)][:MOST_WIDER]


def _on_the_name(visit: Visit) -> Reply | None:
    """What there is on the organisation, school or region that the message names."""
    for named, intent in (("organisation", "organisation"), ("school", "university"), ("region", "region")):
        if named in visit.said:
            return action_for(intent).reply(visit)
    return None


def _asked_about(visit: Visit) -> tuple[Visit, list[Listing]]:
    """What a question is about: what it names, else what was shown; the visit remembers it as shown."""
    if "organisation" in visit.said:
        slugs = organisations().get(visit.said["organisation"], {}).get("resources") or ()
    elif "school" in visit.said:
        slugs = schools().get(visit.said["school"], {}).get("resources") or ()
    elif "region" in visit.said and visit.region:
        listings = visit.listings(*shown_in(action_for("region").reply(visit).messages))
        slugs = [one.resource.slug for one in listings if visit.region in one.resource.regions]
    else:
        slugs = visit.shown
    listings = visit.listings(*slugs)[:SHOWN_LENGTH] if slugs else []
    if listings:
        visit = replace(visit, shown=tuple(one.resource.slug for one in listings))
    return visit, listings


def _topic(visit: Visit, listings: Sequence[Listing]) -> str:
    """The topic of the place that is open; where that is no branch, of what is shown."""
    if visit.topic and visit.topic not in NO_BRANCH:
        return visit.topic
    if visit.place:
        topic = action_for(visit.place.partition(":")[0]).topic
        if topic not in NO_BRANCH:
            return topic
    return TOPICS[listings[0].resource.category]


def _is_emergency(listing: Listing) -> bool:
    return listing.resource.kind_of_service == "emergency"


def _sentences(visit: Visit, listing: Listing, *patterns: dict[Locale, re.Pattern[str]]) -> str:
    """The sentences of what is told about a resource in which any of the patterns is found, as they stand."""
    about = _SENTENCES.split(listing.resource.about(visit.locale).strip())
    return " ".join(one for one in about if any(pattern[visit.locale].search(one) for pattern in patterns))


def _language(visit: Visit, recorded: dict[str, object]) -> str:
    code = str(recorded.get("code") or "")
    name = str(recorded.get("name") or "")
    if name == "Other languages":
        return visit.text("language_other").text
    return _language_names()[visit.locale].get(code or name) or name or code


def _note(visit: Visit, recorded: dict[str, object]) -> str:
    note = recorded.get("note")
    text = str(note.get(visit.locale) or "") if isinstance(note, dict) else ""
    return text[:1].lower() + text[1:]


@lru_cache(maxsize=1)
def _language_names() -> dict[Locale, dict[str, str]]:
    """Names of languages in each of the guide's, by code and by English name, from `data/vocabulary/languages.yml`."""
    entries = yaml.safe_load((DATA / "vocabulary" / "languages.yml").read_text(encoding="utf-8"))["languages"]
    locales: tuple[Locale, ...] = ("en", "fr")
    return {
        locale: {entry[key] if key == "code" else entry["name"]["en"]: entry["name"][locale]
                 for entry in entries for key in ("code", "name")}
        for locale in locales
    }  # fmt: skip


def _listed(visit: Visit, names: Iterable[str]) -> str:
    """Names as a sentence lists them: "A, B and C"."""
    *first, last = names
    if not first:
        return last
    return f"{', '.join(first)} {visit.text('followup_and').text} {last}"
