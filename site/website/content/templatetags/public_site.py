"""Tags of the public site's shell."""

from typing import Any

from django import template
from django.http import HttpRequest

from website.content.queries import menu_of

register = template.Library()


@register.simple_tag(takes_context=True)
def site_menu(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The site's menu as `{title, url, is_current}`; empty where there is no request, as on a page of an error."""
    request = context.get("request")
    return menu_of(request) if isinstance(request, HttpRequest) else []
