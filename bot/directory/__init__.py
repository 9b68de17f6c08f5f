"""The directory of resources: who can help, how to reach them, when they are open, and where the facts come from.

Content comes from `data/resources/*.yml` (`read_content`), is loaded by `apply_content`, and found by `find`.
"""

from bot.directory.checks import FLOOR_SLUGS
from bot.directory.contacts import extension_text, href, label_text, number_text, sms_href, tel_href
from bot.directory.content import Content, ContentError, Problem, read_content
from bot.directory.database import connect, database_url, upgrade
from bot.directory.entries import CATEGORIES
from bot.directory.hours import OpenStatus, status
from bot.directory.loading import LoadReport, apply_content, mark_edited
from bot.directory.models import (
    AppliedContent,
    BlockedNumber,
    Contact,
    Locale,
    OpeningBlock,
    Resource,
    Source,
)
from bot.directory.search import Listing, find

__all__ = [
    "CATEGORIES",
    "FLOOR_SLUGS",
    "AppliedContent",
    "BlockedNumber",
    "Contact",
    "Content",
    "ContentError",
    "Listing",
    "LoadReport",
    "Locale",
    "OpenStatus",
    "OpeningBlock",
    "Problem",
    "Resource",
    "Source",
    "apply_content",
    "connect",
    "database_url",
    "extension_text",
    "find",
    "href",
    "label_text",
    "mark_edited",
    "number_text",
    "read_content",
    "sms_href",
    "status",
    "tel_href",
    "upgrade",
]
