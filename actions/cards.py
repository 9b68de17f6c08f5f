"""Resources of the directory as cards a person sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.directory import Contact as DirectoryContact
from bot.directory import Listing, extension_text, href, label_text, number_text
from bot.messages import Contact, Hours, Locale, ResourceCard

#: For a line whose record names the languages it answers in, and not the person's.
_NOT_YOURS: dict[Locale, str] = {"en": "answers in French", "fr": "on y répond en anglais"}

#: Contacts at which somebody answers. What language a page is in stands in no record.
_ANSWERED = frozenset({"phone", "sms", "chat"})

_CALL = {"en": "Call {}", "fr": "Appelez le {}"}
_LABELLED_CALL = {"en": "{}: call {}", "fr": "{} : appelez le {}"}


def card(listing: Listing, locale: Locale, contact_kinds: Iterable[str] | None = None) -> ResourceCard:
    """One listing as a card, in a language; only contacts of the kinds given, if any are."""
    resource, status = listing.resource, listing.status
    spoken = [str(one.get("code") or one.get("name")) for one in resource.languages]
    wanted = None if contact_kinds is None else set(contact_kinds)
    read_on = resource.source_read_on
    return ResourceCard(
        slug=resource.slug,
        name=resource.name(locale),
        about=resource.about(locale),
        serves=resource.serves(locale),
        kind_of_service=resource.kind_of_service,
        contacts=tuple(
            _contact(contact, locale, contact.languages or spoken)
            for contact in listing.contacts
            if wanted is None or contact.kind in wanted
        ),
        hours=Hours(
            resource.hours_text(locale),
            status.open_now,
            status.opens_at.isoformat() if status.opens_at else None,
        ),
        source_read_on=read_on.isoformat() if read_on else "",
    )


def _contact(contact: DirectoryContact, locale: Locale, spoken: Sequence[str]) -> Contact:
    if contact.kind == "phone":
        label, number = contact.label(locale), number_text(contact)
        text = _LABELLED_CALL[locale].format(label, number) if label else _CALL[locale].format(number)
        steps = [extension_text(contact, locale), contact.note(locale)]
    else:
        text, steps = label_text(contact, locale), [contact.note(locale)]
    if contact.kind in _ANSWERED and _only_in_another(spoken, locale):
        steps.append(_NOT_YOURS[locale])
    note = "; ".join(step for step in steps if step)
    return Contact(contact.kind, text, href(contact), note or None, tuple(contact.languages))


def _only_in_another(spoken: Sequence[str], locale: Locale) -> bool:
    other = "fr" if locale == "en" else "en"
    return other in spoken and locale not in spoken and "Other languages" not in spoken
