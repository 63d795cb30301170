"""Views of the import desk: upload, preview, confirmation, report."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail_modeladmin.views import WMABaseView

from cabinet_pages.spreadsheets import Cell, csv_response
from cabinet_pages.staff.files import private_file
from cabinet_pages.staff.scope import ScopedInspectView, ScopedObjectView
from imports.engine import FileRefused, installed_kinds
from imports.engine.opening import check_stored
from imports.engine.promoting import awaits_decision, reopen
from imports.engine.remapping import may_remap
from imports.engine.stops import stops_of
from imports.messages import batch_error, message
from imports.models import BatchState, ImportBatch, IssueLevel, RowStatus
from imports.queries import differences_of, issue_message, issues_of
from imports.staff.declarations import declarations_context
from imports.staff.differences import Wording, change_name
from imports.staff.error_file import error_file_note, has_error_file
from imports.staff.forms import ApplyForm, UploadForm
from imports.staff.mapping import MAPPABLE_ERRORS
from imports.staff.progress import may_cancel, progress_of, told_state
from imports.staff.receipts import receive_once
from imports.staff.stops import asks_second_person, stops_context
from imports.staff.totals import continuity_context, totals_context
from imports.staff.undo import undo_context
from imports.tasks import enqueue_if_dead, enqueue_prepare, enqueue_promote

ROWS_PER_PAGE = 50
#: States in which the worker is, or will be, at work on a batch.
WORKING = (BatchState.RECEIVED, BatchState.PREPARING, BatchState.PROMOTING)
STATUSES = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.WITHDRAWN)


def kind_title(kind: str) -> str:
    """What screens call a kind; its code where the kind is not installed any more."""
    resource = installed_kinds().get(kind)
    return str(resource.title or kind) if resource else kind


class UploadView(WMABaseView):  # type: ignore[misc]
    """Takes a file; the worker reads it, and the batch's page shows what it would do."""

    template_name = "imports/upload.html"
    page_title = gettext_lazy("Import a file")

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_create(user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, user=request.user)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        upload = form.cleaned_data["file"]
        batch = receive_once(
            token=form.chosen_token,
            kind=form.cleaned_data["kind"],
            branch=form.chosen_branch,
            file=upload,
            name=upload.name,
            by=request.user,
            as_of=form.cleaned_data["as_of"],
            profile=form.cleaned_data.get("profile", ""),
            **form.said,
        )
        return redirect(self.url_helper.get_action_url("inspect", batch.pk))

    def get_context_data(self, form: UploadForm | None = None, **kwargs: Any) -> dict[str, Any]:
        form = form or UploadForm(user=self.request.user)
        result: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        return result


class BatchView(ScopedInspectView):
    """One batch: progress, preview with its differences and issues, confirmation, report."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/batch.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance.file_name)

    def may_apply(self) -> bool:
        """Whether the employee confirms previews."""
        return bool(self.request.user.has_perm("imports.change_importbatch"))

    def _may_map(self) -> bool:
        """Whether the file may still be read in another way, and this employee may say how."""
        return may_remap(self.instance) and bool(self.request.user.has_perm("imports.add_importbatch"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hand the batch to the worker, to apply it or to read it again; a repeated click changes nothing."""
        batch: ImportBatch = self.instance
        if not self.may_apply():
            messages.error(request, _("You may not apply imports."))
            return self._again()
        if request.POST.get("action") == "prepare" and batch.state in (*WORKING, BatchState.PREVIEWED):
            enqueue_prepare(batch)
            messages.success(request, _("The file is being checked again."))
            return self._again()
        if not awaits_decision(batch):
            messages.info(request, told_state(batch))
            return self._again()
        if request.POST.get("action") != "apply":
            return self._again()
        if batch.rows and batch.rejected == batch.rows:
            messages.error(request, _("Every row of the file has errors, so there is nothing to apply."))
            return self._again()
        form = ApplyForm(request.POST, rejected=batch.rejected, stops=stops_of(batch))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if asks_second_person(request, batch, form.accepted):
            return self._again()
        reopen(batch)
        enqueue_promote(batch, by=request.user, skip_rejected=bool(batch.rejected), accept=form.accepted)
        return self._again(started=True)

    def _again(self, *, started: bool = False) -> HttpResponse:
        url = self.url_helper.get_action_url("inspect", self.pk_quoted)
        return redirect(f"{url}?started=1" if started else url)

    def get_context_data(self, form: ApplyForm | None = None, **kwargs: Any) -> dict[str, Any]:
        """Everything the page says, in a number of queries that does not grow with the file."""
        batch: ImportBatch = self.instance
        asked = self.request.GET
        is_preview = awaits_decision(batch)
        stops = stops_of(batch)
        form = form or ApplyForm(rejected=batch.rejected, stops=stops)
        # Confirmed, and the worker has not come to it.
        is_asked = batch.state == BatchState.PREVIEWED and batch.auto_apply
        is_started = is_preview and (is_asked or asked.get("started") == "1") and not batch.error_code
        is_working = batch.state in WORKING or is_started
        if is_working:
            enqueue_if_dead(batch)
        status = asked.get("status") if asked.get("status") in STATUSES else ""
        change = asked.get("change") if asked.get("change") in batch.change_counts else ""
        level = asked.get("level") if asked.get("level") in IssueLevel.values else ""
        search = asked.get("account", "").replace("\x00", "").strip()[:40]
        url = self.url_helper.get_action_url
        context: dict[str, Any] = {
            "batch": batch,
            "form": form,
            "kind_title": kind_title(batch.kind),
            "error": batch_error(batch),
            "is_working": is_working,
            "is_preview": is_preview and not is_started,
            "is_finished": batch.state
            in (BatchState.APPLIED, BatchState.UNCHANGED, BatchState.REFUSED, BatchState.UNDONE)
            and not is_preview,
            "changes_nothing": not batch.new and not batch.changed and not batch.withdrawn,
            "all_rejected": bool(batch.rows) and batch.rejected == batch.rows,
            "may_apply": self.may_apply(),
            **declarations_context(batch),
            **stops_context(batch, form, stops, self.request.user),
            **undo_context(batch, self.request.user, url),
            "changes": [(code, change_name(code), count) for code, count in batch.change_counts.items()],
            "page_url": url("inspect", self.pk_quoted),
            "status_url": url("status", self.pk_quoted),
            "cancel_url": url("cancel", self.pk_quoted),
            "may_cancel": may_cancel(batch, self.request.user),
            "progress": progress_of(batch),
            "file_url": url("file", self.pk_quoted),
            "issues_url": url("issues", self.pk_quoted),
            "error_file_url": url("errors", self.pk_quoted) if has_error_file(batch) else "",
            "error_file_note": error_file_note(batch),
            "mapping_url": url("mapping", self.pk_quoted) if self._may_map() else "",
            "needs_mapping": batch.state == BatchState.REFUSED and batch.error_code in MAPPABLE_ERRORS,
            "chosen": {"status": status, "change": change, "account": search, "level": level},
            "statuses": [(value.value, value.label) for value in STATUSES],
            "levels": [(value.value, value.label) for value in IssueLevel],
        }
        if batch.state not in WORKING:
            context |= totals_context(batch) | continuity_context(batch, asked)
            if "breaks_page" in context:
                context["break_pages"] = self._pages(context["breaks_page"], "cp")
            rows = differences_of(batch, status=status or "", change=change or "", search=search)
            if not status:
                rows = rows.exclude(status=RowStatus.REJECTED)
            page = Paginator(rows, ROWS_PER_PAGE).get_page(asked.get("p"))
            context["rows_page"] = page
            context["differences"] = Wording(batch, page.object_list).differences()
            issues = Paginator(issues_of(batch, level=level or ""), ROWS_PER_PAGE).get_page(asked.get("ip"))
            context["issues_page"] = issues
            context["issues"] = [(issue, issue_message(batch, issue)) for issue in issues.object_list]
            context["row_pages"] = self._pages(page, "p")
            context["issue_pages"] = self._pages(issues, "ip")
        return super().get_context_data(**context, **kwargs)

    def _pages(self, page: "Page[Any]", name: str) -> list[tuple[str, str]]:
        """Numbers of pages with their addresses; '' for the present page and for what is left out."""
        asked = self.request.GET.copy()
        asked.pop("started", None)
        result = []
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
            asked[name] = str(number)
            is_link = isinstance(number, int) and number != page.number
            result.append((str(number), f"?{asked.urlencode()}" if is_link else ""))
        return result


class BatchFileView(ScopedObjectView):
    """Downloads the file as it was given."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.instance.file:
            raise Http404
        try:
            check_stored(self.instance)
        except FileRefused as refused:
            messages.error(request, message(self.instance.kind, refused.code, refused.params))
            return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))
        return private_file(self.instance.file, self.instance.file_name)


class BatchIssuesView(ScopedObjectView):
    """Downloads every issue of a batch as CSV, for whoever corrects the file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        headings = [_("Row"), _("Column"), _("Value"), _("Level"), _("What is wrong")]
        return csv_response(f"import-{self.instance.pk}-issues", headings, self._rows(self.instance))

    def _rows(self, batch: ImportBatch) -> Iterator[Sequence[Cell]]:
        for issue in issues_of(batch).iterator(chunk_size=2000):
            yield [
                issue.row,
                issue.column,
                issue.value,
                str(IssueLevel(issue.level).label),
                issue_message(batch, issue),
            ]
