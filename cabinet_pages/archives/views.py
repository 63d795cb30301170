"""A person's archives: the list, how far each is, the file."""

import logging
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.views import private
from cabinet_pages.archives.messages import ArchiveRefused, sentence, why_not_made
from cabinet_pages.archives.models import Archive, ArchiveState
from cabinet_pages.archives.queries import archive_of, archives_of
from cabinet_pages.archives.services.orders import note_download, order_again
from cabinet_pages.archives.tasks import enqueue_if_dead

logger = logging.getLogger(__name__)

LAMPS = {
    ArchiveState.WAITING: "waiting",
    ArchiveState.BUILDING: "info",
    ArchiveState.READY: "success",
    ArchiveState.FAILED: "error",
}


@private
@login_required
@require_safe
def archives(request: HttpRequest) -> HttpResponse:
    """The archives that the person may still download, and those that are being made."""
    rows = [(archive, LAMPS[ArchiveState(archive.state)]) for archive in archives_of(request.user)]
    return render(request, "cabinet_pages/archives/archives.html", {"rows": rows})


@private
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One archive: how far it is, the way to its file, or why it was not made; a POST tries that again."""
    found = _archive_or_404(request, uuid)
    if request.method == "POST":
        return _again(request, found)
    if enqueue_if_dead(found):
        found.refresh_from_db()
    context = {
        "archive": found,
        "lamp": LAMPS[ArchiveState(found.state)],
        "progress": _progress(found),
        "reason": why_not_made(found),
    }
    return render(request, "cabinet_pages/archives/archive.html", context)


@private
@login_required
@require_safe
def archive_status(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """How far an archive is, for the page that waits for it."""
    found = _archive_or_404(request, uuid)
    if enqueue_if_dead(found):
        found.refresh_from_db()
    return JsonResponse({"running": found.is_running, "done": found.done, "text": _progress(found)})


@private
@login_required
@require_safe
def archive_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The ZIP, streamed, if everything in it is still open to the person. Raises Http404 otherwise."""
    found = _archive_or_404(request, uuid)
    if found.state != ArchiveState.READY:
        raise Http404
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        logger.error("The private storage has lost the file of archive %s", found.uuid)
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=found.file_name, content_type="application/zip")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if request.method == "GET":
        note_download(user=request.user, archive=found)
    return response


def _archive_or_404(request: HttpRequest, uuid: UUID) -> Archive:
    found = archive_of(request.user, uuid)
    if found is None:
        raise Http404
    return found


def _again(request: HttpRequest, found: Archive) -> HttpResponse:
    if not is_allowed(request, "archive"):
        messages.error(request, sentence("too_often", {}))
    else:
        try:
            order_again(user=request.user, archive=found)
        except ArchiveRefused as refused:
            messages.error(request, refused.message)
    return redirect("cabinet_archive", uuid=found.uuid)


def _progress(found: Archive) -> str:
    if found.state == ArchiveState.WAITING:
        return _("The archive waits for its turn.")
    if found.state == ArchiveState.BUILDING:
        return _("Put in: %(done)d of %(total)d.") % {"done": found.done, "total": found.total}
    return ""
