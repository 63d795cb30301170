"""Mails from templates: a subject and a plain text; the HTML part is the same text in a frame."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from cabinet_pages.utility.models import UtilitySettings

_LINK = re.compile(r"https?://\S+\Z")
_CODE = re.compile(r"[A-Z0-9]{4}(-[A-Z0-9]{4})+\Z")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready for the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a mail's text between blank lines.

    Args:
        kind: `text`; `link`, an address alone on its line; `code`, an activation code alone on its line.
        link: the address that a text ends with, on a line of its own.
    """

    kind: str
    text: str
    link: str = ""


def utility_of_default_site() -> UtilitySettings:
    """The utility that mails are sent for: that of the default site, unsaved and empty where there is none."""
    site = Site.objects.filter(is_default_site=True).first()
    return UtilitySettings() if site is None else UtilitySettings.for_site(site)


def absolute_url(path: str) -> str:
    """The address of a path on this site's configured base, never on a host that a request named."""
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"


def render_mail(template: str, context: dict[str, Any], *, language: str = "") -> RenderedMail:
    """Render `<template>_subject.txt` and `<template>_message.txt` in the reader's language, framed as HTML too.

    Args:
        template: the templates' common path, for example `cabinet_pages/mail/activation_code`.
        context: what the templates show; `cabinet_url` is added, and `utility` where many mails do not share one.
        language: the reader's; the site's language where it is empty.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        utility = context.get("utility") or utility_of_default_site()
        whole = {"utility": utility, "cabinet_url": absolute_url(reverse("cabinet_landing")), **context}
        subject = " ".join(render_to_string(f"{template}_subject.txt", whole).split())
        text = render_to_string(f"{template}_message.txt", whole).strip() + "\n"
        return RenderedMail(subject=subject, text=text, html=frame(subject, text, utility))


def frame(subject: str, text: str, utility: UtilitySettings) -> str:
    """Set a plain text as HTML: paragraphs, addresses as links, codes in large letters, the utility around them."""
    blocks = [_block(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return render_to_string("cabinet_pages/mail/frame.html", {"subject": subject, "blocks": blocks, "utility": utility})


def _block(text: str) -> Block:
    if _LINK.match(text):
        return Block("link", text)
    if _CODE.match(text):
        return Block("code", text)
    above, _, last = text.rpartition("\n")
    return Block("text", above, last) if _LINK.match(last) else Block("text", text)
