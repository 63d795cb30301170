"""What a page answers when somebody presses «Завантажити ZIP»."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.kinds import ArchiveKind
from cabinet_pages.archives.messages import ArchiveRefused, sentence
from cabinet_pages.archives.services.orders import order_archive


def order_response(
    request: HttpRequest,
    *,
    kind: type[ArchiveKind],
    scopes: Sequence[Scope],
    items: Sequence[tuple[int, int]],
    title: str,
    source_url: str,
) -> HttpResponse:
    """Order an archive and lead to its page; back to the list with a sentence where that is refused.

    Only a POST orders: whoever comes by a link, as after signing in anew, is led to the list.

    Args:
        kind, scopes, items, title, source_url: as for `order_archive`.
    """
    if request.method != "POST":
        return redirect(source_url)
    if not is_allowed(request, "archive"):
        messages.error(request, sentence("too_often", {}))
        return redirect(source_url)
    try:
        archive = order_archive(
            user=request.user, kind=kind, scopes=scopes, items=items, title=title, source_url=source_url
        )
    except ArchiveRefused as refused:
        messages.error(request, refused.message)
        return redirect(source_url)
    return redirect("cabinet_archive", uuid=archive.uuid)
