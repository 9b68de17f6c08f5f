"""The floor: the first thing a person gets when a message may be a crisis.

9-8-8 first, Hope for Wellness second, 9-1-1 third, in one message, readable in its text. These are constants on
purpose: the floor needs no database, model, file or network. A test holds every name, number and hour here against the
reviewed content in `data/resources/crisis.yml`, where each has its sources.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.content import Contact, Hours, Locale, Message, ResourceCard, Resources, Text

#: The slugs of the floor, in the order that never changes.
FLOOR_SLUGS = ("988-suicide-crisis-helpline", "hope-for-wellness", "emergency-911")

SOURCE_READ_ON = "2026-11-21"

_LEAD: dict[Locale, str] = {
    "en": (
        "I'm glad you wrote. You do not have to be alone with this. A person can talk with you right now: "
        "call or text 9-8-8, any time, in English or French. "
        "Hope for Wellness is there for all Indigenous Peoples, any time: call 1-855-242-3310, or chat at "
        "hopeforwellness.ca. "
        "If a life is in danger now, call 9-1-1, or your local emergency number or nearest health centre."
    ),
    "fr": (
        "Merci d'avoir écrit. Vous n'avez pas à vivre cela en solitaire. Une personne peut vous parler maintenant : "
        "appelez ou textez le 9-8-8, à toute heure, en français ou en anglais. "
        "La Ligne d'écoute d'espoir pour le mieux-être est là pour tous les peuples autochtones, à toute heure : "
        "appelez le 1-855-242-3310 ou clavardez à hopeforwellness.ca. "
        "Si une vie est en danger maintenant, appelez le 9-1-1, ou votre numéro d'urgence local ou le centre de "
        "santé le plus proche."
    ),
}

_LEAD_FOR_ANOTHER: dict[Locale, str] = {
    "en": (
        "I'm glad you wrote, for them and for you. A person can talk with you right now about what to do: "
        "call or text 9-8-8, any time, in English or French. They also help people who are worried about someone. "
        "Hope for Wellness is there for all Indigenous Peoples, any time: call 1-855-242-3310, or chat at "
        "hopeforwellness.ca. "
        "If their life is in danger now, call 9-1-1, or your local emergency number or nearest health centre."
    ),
    "fr": (
        "Merci d'avoir écrit, pour cette personne et pour vous. Quelqu'un peut parler avec vous maintenant de ce qu'il "
        "faut faire : appelez ou textez le 9-8-8, à toute heure, en français ou en anglais. On y aide aussi les gens "
        "qui s'inquiètent pour quelqu'un. "
        "La Ligne d'écoute d'espoir pour le mieux-être est là pour tous les peuples autochtones, à toute heure : "
        "appelez le 1-855-242-3310 ou clavardez à hopeforwellness.ca. "
        "Si sa vie est en danger maintenant, appelez le 9-1-1, ou votre numéro d'urgence local ou le centre de "
        "santé le plus proche."
    ),
}

_BRIEF: dict[Locale, str] = {
    "en": "If you need a person now: call or text 9-8-8, or call Hope for Wellness at 1-855-242-3310, any time.",
    "fr": (
        "Si vous avez besoin d'une personne maintenant : appelez ou textez le 9-8-8, ou appelez la Ligne d'écoute "
        "d'espoir pour le mieux-être au 1-855-242-3310, à toute heure."
    ),
}

_CARDS: dict[Locale, tuple[ResourceCard, ...]] = {
    "en": (
        ResourceCard(
            slug=FLOOR_SLUGS[0],
            name="9-8-8: Suicide Crisis Helpline",
            about=(
                "A trained responder listens without judging, by phone or by text. It is free and confidential. "
                "You can also call because you are worried about someone."
            ),
            serves="Anyone in Canada thinking about suicide or worried about someone who is",
            kind_of_service="crisis_line",
            contacts=(
                Contact("phone", "Call 9-8-8", "tel:988", None, ("en", "fr")),
                Contact("sms", "Text 9-8-8", "sms:988", None, ("en", "fr")),
                Contact("web", "988.ca", "https://988.ca"),
            ),
            hours=Hours("24 hours a day, every day of the year", True),
            source_read_on=SOURCE_READ_ON,
        ),
        ResourceCard(
            slug=FLOOR_SLUGS[1],
            name="Hope for Wellness Helpline",
            about=(
                "Experienced, culturally sensitive counsellors, by phone or online chat. It is free. "
                "For Cree, Ojibway or Inuktitut, ask when you call."
            ),
            serves="All Indigenous Peoples across Canada",
            kind_of_service="crisis_line",
            contacts=(
                Contact("phone", "Call 1-855-242-3310", "tel:+18552423310", None, ("en", "fr")),
                Contact("chat", "Chat at hopeforwellness.ca", "https://www.hopeforwellness.ca", None, ("en", "fr")),
            ),
            hours=Hours("24 hours a day, 7 days a week", True),
            source_read_on=SOURCE_READ_ON,
        ),
        ResourceCard(
            slug=FLOOR_SLUGS[2],
            name="Emergency services (9-1-1)",
            about="When a life is in danger now. Or your local emergency number or nearest health centre.",
            serves="Anyone in immediate danger",
            kind_of_service="emergency",
            contacts=(
                Contact(
                    "phone", "Call 9-1-1", "tel:911", "Or your local emergency number or nearest health centre", ()
                ),
            ),
            hours=Hours("Always", True),
            source_read_on=SOURCE_READ_ON,
        ),
    ),
    "fr": (
        ResourceCard(
            slug=FLOOR_SLUGS[0],
            name="9-8-8 : Ligne d'aide en cas de crise de suicide",
            about=(
                "Une personne formée vous écoute sans jugement, au téléphone ou par texto. C'est gratuit et "
                "confidentiel. Vous pouvez aussi appeler si vous vous inquiétez pour quelqu'un."
            ),
            serves="Toute personne au Canada qui pense au suicide ou s'inquiète pour quelqu'un",
            kind_of_service="crisis_line",
            contacts=(
                Contact("phone", "Appelez le 9-8-8", "tel:988", None, ("en", "fr")),
                Contact("sms", "Textez le 9-8-8", "sms:988", None, ("en", "fr")),
                Contact("web", "988.ca", "https://988.ca"),
            ),
            hours=Hours("24 heures sur 24, tous les jours de l'année", True),
            source_read_on=SOURCE_READ_ON,
        ),
        ResourceCard(
            slug=FLOOR_SLUGS[1],
            name="Ligne d'écoute d'espoir pour le mieux-être",
            about=(
                "Des conseillers expérimentés et sensibles à votre culture, au téléphone ou par clavardage. C'est "
                "gratuit. Pour le cri, l'ojibwé ou l'inuktitut, demandez-le en appelant."
            ),
            serves="Tous les peuples autochtones au Canada",
            kind_of_service="crisis_line",
            contacts=(
                Contact("phone", "Appelez le 1-855-242-3310", "tel:+18552423310", None, ("en", "fr")),
                Contact("chat", "Clavardez à hopeforwellness.ca", "https://www.hopeforwellness.ca", None, ("en", "fr")),
            ),
            hours=Hours("24 heures sur 24, 7 jours sur 7", True),
            source_read_on=SOURCE_READ_ON,
        ),
        ResourceCard(
            slug=FLOOR_SLUGS[2],
            name="Services d'urgence (9-1-1)",
            about=(
                "Quand une vie est en danger maintenant. Ou votre numéro d'urgence local ou le centre de santé le "
                "plus proche."
            ),
            serves="Toute personne en danger immédiat",
            kind_of_service="emergency",
            contacts=(
                Contact(
                    "phone",
                    "Appelez le 9-1-1",
                    "tel:911",
                    "Ou votre numéro d'urgence local ou le centre de santé le plus proche",
                    (),
                ),
            ),
            hours=Hours("Toujours", True),
            source_read_on=SOURCE_READ_ON,
        ),
    ),
}

_FLOOR: dict[Locale, Resources] = {locale: Resources(_CARDS[locale], _LEAD[locale]) for locale in ("en", "fr")}
_FLOOR_FOR_ANOTHER: dict[Locale, Resources] = {
    locale: Resources(_CARDS[locale], _LEAD_FOR_ANOTHER[locale]) for locale in ("en", "fr")
}


def floor(locale: Locale = "en", *, for_another: bool = False) -> Resources:
    """The floor in a language: one message, three services, in their fixed order.

    `for_another` words it for somebody who is worried about another person.
    """
    return (_FLOOR_FOR_ANOTHER if for_another else _FLOOR)[locale]


def brief_floor(locale: Locale = "en") -> Text:
    """The floor's two numbers in one sentence, for the end of a reply that is not itself the floor."""
    return Text(_BRIEF[locale])


def is_floor(message: Message) -> bool:
    """Whether a message names the floor's three services first, in order, with the numbers in its text."""
    return (
        isinstance(message, Resources)
        and tuple(card.slug for card in message.resources[:3]) == FLOOR_SLUGS
        and message.text in (*_LEAD.values(), *_LEAD_FOR_ANOTHER.values())
    )


def floor_first(messages: Sequence[Message], locale: Locale) -> tuple[Message, ...]:
    """The same messages with the floor in front, once: what already leads with it is left as it is."""
    if messages and is_floor(messages[0]):
        return tuple(messages)
    return (floor(locale), *(message for message in messages if not is_floor(message)))
