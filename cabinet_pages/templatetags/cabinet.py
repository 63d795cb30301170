"""Filters of the cabinet's templates: amounts, periods, telephone links, pages of a list."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.utils.formats import date_format
from django.utils.translation import get_language
from wagtail.models import Site

from cabinet_pages.access.language import offered_languages
from cabinet_pages.clock import kyiv_clock
from cabinet_pages.quantities import formatting
from cabinet_pages.windows import queries
from cabinet_pages.windows.pages import ManualMixin

register = template.Library()


def _language() -> str:
    return get_language() or "uk"


@register.filter
def manual_anchor(number: str) -> str:
    """The anchor of a section of the manual."""
    return queries.manual_anchor(number)


@register.simple_tag(takes_context=True)
def cabinet_help(context: template.Context, number: str = "") -> str:
    """The address of a section of the manual, for pages outside of the windows; '' where there is no manual."""
    request = context.get("request")
    site = None if request is None else Site.find_for_request(request)
    if request is None or site is None:
        return ""
    return queries.manual_address(queries.address_below(site.root_page, ManualMixin, request), number)


@register.filter
def money(value: Decimal | None, style: str = "") -> str:
    """UAH as «1 234,56 ₴»; with the argument `plain`, without the sign of the hryvnia."""
    return formatting.format_money(value, language=_language(), currency=style != "plain")


@register.filter
def energy(value: Decimal | None, unit: str = "") -> str:
    """kWh or a meter's reading, up to three decimals, no trailing zeros; the unit, if given, stays on its line."""
    text = formatting.format_energy(value, language=_language())
    return f"{text}\u00a0{unit}" if unit and value is not None else text


@register.filter
def signed(value: Decimal | None, count: int | None = None) -> str:
    """A difference with its sign, «+12,5» or «−3», with at least `count` decimals; a plain zero, a dash for none."""
    return formatting.format_signed(value, language=_language(), places=count)


@register.filter
def places(value: Decimal | None, count: int) -> str:
    """A rounded number with a set count of decimals, trailing zeros included; a dash for none."""
    return formatting.ABSENT if value is None else formatting.format_number(value, language=_language(), places=count)


@register.filter
def ratio(value: Decimal | int | None) -> str:
    """A multiplier or a transformer ratio, no trailing zeros."""
    return formatting.format_ratio(None if value is None else Decimal(value), language=_language())


@register.filter
def price(value: Decimal | None) -> str:
    """UAH per kWh with every decimal it has, at least two."""
    return formatting.format_price(value, language=_language())


@register.filter
def period(value: datetime.date | None) -> str:
    """The month of a Kyiv date: «січень 2026»; a dash for no date."""
    if value is None:
        return formatting.ABSENT
    text = date_format(value, "F Y")
    # Django names Ukrainian months with a capital, which Ukrainian writes in the beginning of a sentence only.
    return text.lower() if _language().startswith("uk") else text


@register.filter
def day(value: datetime.date | None) -> str:
    """A Kyiv date, or the Kyiv day of a moment, as the manual writes it: dd.mm.yyyy, in every language; else a dash."""
    if isinstance(value, datetime.datetime):
        value = kyiv_clock(value)
    return formatting.ABSENT if value is None else value.strftime("%d.%m.%Y")


@register.filter
def moment(value: datetime.datetime | None, style: str = "") -> str:
    """An aware moment by Kyiv's clock, dd.mm.yyyy hh:mm, whatever the host's time zone; a dash for none.

    Args:
        style: `seconds` adds them.
    """
    if value is None:
        return formatting.ABSENT
    return kyiv_clock(value).strftime("%d.%m.%Y %H:%M:%S" if style == "seconds" else "%d.%m.%Y %H:%M")


@register.filter
def tel(value: str) -> str:
    """The number of a `tel:` link: the digits of a phone as people write it, and a leading plus."""
    digits = "".join(character for character in value if character.isascii() and character.isdigit())
    return f"+{digits}" if value.strip().startswith("+") else digits


@register.simple_tag
def cabinet_languages() -> list[tuple[str, str]]:
    """Codes and names of the languages that a person may choose."""
    return offered_languages()


@register.filter
def elided_pages(page: Page[Any]) -> Iterator[int | str]:
    """Page numbers to show around the present page of a list, with «…» for the ones left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def error_target(field: BoundField) -> str:
    """The id of the control that an error's link leads to: of a group, its first choice."""
    return field.subwidgets[0].id_for_label if field.field.widget.use_fieldset and field.subwidgets else field.auto_id


@register.filter
def has_errors(form: BaseForm) -> bool:
    """Whether a bound form was refused; an unbound one never was."""
    return form.is_bound and bool(form.errors)
