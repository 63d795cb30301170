"""«Скасувати імпорт»: what would be taken back, the question, and what had to stay."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cabinet_pages.staff.scope import ScopedObjectView
from imports.engine.leases import is_undo_asked
from imports.engine.undoing import UndoLook, look_at_undo, obstacle, undo
from imports.messages import batch_error, message
from imports.models import BatchSource, BatchState, ImportBatch
from imports.queries import issue_message, issues_of, last_undo
from imports.tasks import enqueue_if_dead, enqueue_undo

#: Up to so many rows are looked at before the question, and taken back while the operator waits.
SHOWN_ROWS = 2_000
_CONFLICTS_SHOWN = 20
_CONFLICTS_PER_PAGE = 50


def may_undo(batch: ImportBatch, user: Any) -> bool:
    """Whether an employee may take a batch back, and it can be."""
    return not obstacle(batch) and bool(user.has_perm("imports.change_importbatch"))


def undo_context(batch: ImportBatch, user: Any, url: Callable[[str, Any], str]) -> dict[str, Any]:
    """What the page of a batch says about taking it back.

    Args:
        url: action and id of a batch → address.
    """
    is_undo = batch.source == BatchSource.UNDO
    undone_by = last_undo(batch) if batch.state == BatchState.UNDONE else None
    return {
        "undo_url": url("undo", batch.pk) if may_undo(batch, user) or undone_by else "",
        "undone_by_url": url("inspect", undone_by.pk) if undone_by else "",
        "undoes_url": url("inspect", batch.undoes_id) if is_undo and batch.undoes_id else "",
        "undo_effects": batch.effects if is_undo else {},
    }


class UndoView(ScopedObjectView):
    """Before: counts and first conflicts. After: what was taken back, and every conflict."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/undo.html"
    page_title = gettext_lazy("Undo an import")

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance.file_name)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the batch back, a large one by the worker; a repeated click changes nothing."""
        batch: ImportBatch = self.instance
        page = redirect(self.url_helper.get_action_url("undo", self.pk_quoted))
        if not request.user.has_perm("imports.change_importbatch"):
            messages.error(request, _("You may not undo imports."))
            return page
        if code := obstacle(batch):
            messages.info(request, message(batch.kind, code, {}))
            return page
        if _written(batch) > SHOWN_ROWS:
            enqueue_undo(batch, by=request.user)
            return page
        result = undo(batch, by=request.user)
        if result.state == "refused":
            messages.error(request, message(batch.kind, result.code, {}))
        else:
            messages.success(
                request,
                ngettext(
                    "The import is undone: %(number)d row taken back.",
                    "The import is undone: %(number)d rows taken back.",
                    result.restored,
                )
                % {"number": result.restored},
            )
        return page

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Everything the page says, in a number of queries that does not grow with the file."""
        batch: ImportBatch = self.instance
        code = obstacle(batch)
        url = self.url_helper.get_action_url
        undoing = last_undo(batch)
        context: dict[str, Any] = {
            "batch": batch,
            "batch_url": url("inspect", self.pk_quoted),
            "is_undone": undoing is not None,
            "obstacle": "" if undoing is not None or not code else message(batch.kind, code, {}),
            "may_undo": may_undo(batch, self.request.user),
        }
        if undoing is not None:
            context |= {"undoing_url": url("inspect", undoing.pk), **self._conflicts(undoing)}
        elif not code:
            is_working = is_undo_asked(batch)
            if is_working:
                # Whoever waits notices a dead worker.
                enqueue_if_dead(batch)
            look = look_at_undo(batch, limit=SHOWN_ROWS)
            context |= {
                "is_working": is_working,
                "error": batch_error(batch),
                "look": look,
                "written": _written(batch),
                "changes_nothing": look.seen_all and not look.taken_back,
                "conflicts": self._first_conflicts(batch, look),
                "is_more": look.conflicts_total > _CONFLICTS_SHOWN,
            }
        return super().get_context_data(**context, **kwargs)

    def _first_conflicts(self, batch: ImportBatch, look: UndoLook) -> Sequence[tuple[int | None, str, str]]:
        return [
            (one.row, one.account, message(batch.kind, one.code, {"account": one.account}))
            for one in look.conflicts[:_CONFLICTS_SHOWN]
        ]

    def _conflicts(self, undoing: ImportBatch) -> dict[str, Any]:
        """A page of the conflicts that an undo has left alone."""
        page = Paginator(issues_of(undoing), _CONFLICTS_PER_PAGE).get_page(self.request.GET.get("p"))
        numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        return {
            "undoing": undoing,
            "effects": undoing.effects,
            "conflicts_page": page,
            "conflicts": [(one.row, one.value, issue_message(undoing, one)) for one in page.object_list],
            "pages": [
                (str(number), f"?p={number}" if isinstance(number, int) and number != page.number else "")
                for number in numbers
            ],
        }


def _written(batch: ImportBatch) -> int:
    return batch.new + batch.changed + batch.withdrawn
