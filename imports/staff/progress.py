"""How far a batch has come, on its page and for the script that waits there; and the button that stops it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cabinet_pages.clock import kyiv_clock
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.scope import ScopedObjectView
from imports.engine.cancelling import request_cancel
from imports.engine.leases import WORKING
from imports.models import BatchState, BatchStep, ImportBatch
from imports.tasks import enqueue_if_dead

#: Parts in a thousand when all of a step is done.
WHOLE = 1000


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    """What is told of a batch that the worker has, or will have: sentence, rows, parts in a thousand, last sign."""
    if batch.step in BatchStep.values:
        text = {
            BatchStep.READING: _("The file is being read."),
            BatchStep.COMPARING: _("The rows are being compared with what is stored."),
            BatchStep.WRITING: _("The file is being applied."),
        }[BatchStep(batch.step)]
    elif batch.state in (BatchState.PREVIEWED, BatchState.PROMOTING):
        text = _("The file will be applied as soon as the worker is free.")
    else:
        text = _("The file waits for the worker.")
    if batch.cancel_requested_at is not None:
        text = _("The import is being stopped.")
    permille = batch.progress_permille if batch.step else None
    rows = ""
    if batch.step and batch.progress:
        rows = (
            _("Rows: %(done)d of %(total)d") % {"done": batch.progress, "total": batch.rows}
            if batch.rows and batch.step == BatchStep.COMPARING
            else _("Rows: %(done)d") % {"done": batch.progress}
        )
    seen = f"{kyiv_clock(batch.heartbeat_at):%H:%M:%S}" if batch.heartbeat_at else ""
    return {
        "text": text,
        "rows": rows,
        "permille": None if permille is None else min(permille, WHOLE),
        "percent": "" if permille is None else f"{min(permille, WHOLE) // 10}\u00a0%",
        "seen": _("Last sign of work: %(moment)s") % {"moment": seen} if seen else "",
    }


def told_state(batch: ImportBatch) -> str:
    """Why nothing was done to a batch: it is decided, or the worker has it in hand."""
    if batch.state in WORKING:
        return _("Nothing was changed: the file is being worked on now. Wait until that is over.")
    return _("This import is already decided: %(state)s.") % {"state": batch.get_state_display()}


def may_cancel(batch: ImportBatch, user: Any) -> bool:
    """Whether an employee may stop a batch, as far as its page can tell."""
    at_rest = batch.cancel_requested_at is None and batch.step != BatchStep.WRITING
    return at_rest and batch.state in WORKING and bool(user.has_perm("imports.change_importbatch"))


class BatchStatusView(ScopedObjectView):
    """How far a batch has come, for the page that waits for it; whoever waits notices a dead worker."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        batch: ImportBatch = self.instance
        enqueue_if_dead(batch)
        told = {"state": batch.state, "progress": batch.progress, "error": batch.error_code, **progress_of(batch)}
        return as_private(JsonResponse(told))


class BatchCancelView(ScopedObjectView):
    """Stops a batch that is being read or compared."""

    http_method_names = ["get", "head", "post"]

    def check_action_permitted(self, user: Any) -> bool:
        return super().check_action_permitted(user) and bool(user.has_perm("imports.change_importbatch"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever comes by a link, as after signing in anew, is shown the batch; nothing is stopped."""
        messages.info(request, _("Nothing was stopped: press the button on this page."))
        return self._batch_page()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch: ImportBatch = self.instance
        if request_cancel(batch=batch, by=request.user):
            messages.success(request, _("The import is stopped; nothing of the file is applied."))
        else:
            batch.refresh_from_db()
            if batch.step == BatchStep.WRITING:
                messages.error(request, _("The file is being applied already, so it cannot be stopped any more."))
            else:
                messages.info(request, told_state(batch))
        return self._batch_page()

    def _batch_page(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))
