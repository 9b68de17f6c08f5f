"""How a contact is written and linked, in both languages. The number always stands in the text."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.directory.models import Contact, Locale

_EXTENSION = {"en": "then press or ask for extension {}", "fr": "puis demandez le poste {}"}
_TEXT_KEYWORD = {"en": "Text {} to {}", "fr": "Textez {} au {}"}
_TEXT = {"en": "Text {}", "fr": "Textez le {}"}
_WEBSITE = {"en": "Website: {}", "fr": "Site Web : {}"}
_CHAT = {"en": "Online chat: {}", "fr": "Clavardage : {}"}
_LABELLED = {"en": "{}: {}", "fr": "{} : {}"}


def tel_href(contact: Contact) -> str:
    """A tel: link of digits only; the extension is not part of it."""
    return f"tel:{contact.dial}"


def sms_href(contact: Contact) -> str:
    """An sms: link of digits only; the keyword is not part of it."""
    return f"sms:{contact.number}"


def href(contact: Contact) -> str:
    """The link for any kind of contact."""
    if contact.kind == "phone":
        return tel_href(contact)
    if contact.kind == "sms":
        return sms_href(contact)
    if contact.kind == "email":
        return f"mailto:{contact.address}"
    return contact.url or ""


def number_text(contact: Contact) -> str:
    """A phone number as printed, with its digits beside any letters."""
    printed = contact.printed or ""
    return f"{printed} ({contact.digits})" if contact.digits else printed


def extension_text(contact: Contact, locale: Locale) -> str | None:
    """The separate step that follows the number, or None when there is no extension."""
    return _EXTENSION[locale].format(contact.ext) if contact.ext else None


def label_text(contact: Contact, locale: Locale) -> str:
    """All a person needs to use the contact without a link, its own label first."""
    label = contact.label(locale)
    if contact.kind in ("web", "chat"):
        # A page's own label says what is there; without one its host is the only name it has.
        template = _WEBSITE if contact.kind == "web" else _CHAT
        return label or template[locale].format(_host(contact.url or ""))
    text = _reach_text(contact, locale)
    return _LABELLED[locale].format(label, text) if label else text


def _reach_text(contact: Contact, locale: Locale) -> str:
    if contact.kind == "phone":
        return ", ".join(filter(None, (number_text(contact), extension_text(contact, locale))))
    if contact.kind == "sms":
        if contact.keyword:
            return _TEXT_KEYWORD[locale].format(contact.keyword, contact.number)
        return _TEXT[locale].format(contact.number)
    return contact.address or ""


def _host(url: str) -> str:
    host = urlsplit(url).hostname or url
    return host.removeprefix("www.")
