"""«Вивантаження показів»: batches of readings for billing, what waits for one, and what billing has answered."""

import tempfile
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail_modeladmin.views import WMABaseView

from cabinet_pages.readings.exporting import (
    ExportRefused,
    Waiting,
    export_readings,
    exports_for,
    waiting_by_period,
)
from cabinet_pages.readings.models import ReadingExport, ReadingState
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import as_private, private_file
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter
from cabinet_pages.staff.inspecting import Cell, RelatedTable, related_table
from cabinet_pages.staff.lists import SafeIndexView
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedObjectView
from cabinet_pages.templatetags.cabinet import period as month_text
from imports.exports import FORMATS, file_name, write_again, writer_of

#: Readings that the page of a batch shows; the list of readings has all of them.
SHOWN = 100


def waiting_key(one: Waiting) -> str:
    """What names a branch and a period in the form and in addresses."""
    return f"{one.branch.code}|{one.period:%Y-%m}"


def waiting_text(one: Waiting) -> str:
    """A branch, a period and how many readings wait, for a person."""
    count = ngettext("%(count)d reading", "%(count)d readings", one.readings) % {"count": one.readings}
    text = f"{one.branch.name}, {month_text(one.period)}: {count}"
    if not one.flagged:
        return text
    return text + _(", unusual: %(flagged)d, not reviewed: %(unreviewed)d") % {
        "flagged": one.flagged,
        "unreviewed": one.unreviewed,
    }


class ExportForm(forms.Form):
    """What to export, and in what format; only what waits in the employee's branches is offered."""

    what = forms.ChoiceField(label=gettext_lazy("Branch and month"))
    file_format = forms.ChoiceField(label=gettext_lazy("Format"), choices=list(FORMATS.items()), initial="csv")
    # A repeated click finds the batch it already made.
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, waiting: Sequence[Waiting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = {waiting_key(one): one for one in waiting}
        self.fields["what"].choices = [(key, waiting_text(one)) for key, one in self.waiting.items()]  # type: ignore[attr-defined]
        self.fields["token"].initial = uuid4()

    @property
    def chosen(self) -> Waiting:
        """The branch and the period."""
        return self.waiting[self.cleaned_data["what"]]

    @property
    def chosen_token(self) -> UUID:
        """The form's token, a new one where a program sent none."""
        token: UUID = self.cleaned_data["token"] or uuid4()
        return token


class ExportCreateView(WMABaseView):  # type: ignore[misc]
    """Makes the next batch; every way out is the page of a batch, the list, or the form with what is wrong."""

    template_name = "imports/export.html"
    page_title = gettext_lazy("Export readings")

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_create(user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Export what is chosen; a click that comes again leads to the batch of the first."""
        waiting = waiting_by_period(request.user)
        form = ExportForm(request.POST, waiting=waiting)
        if made := self._made_before(request):
            return redirect(self.url_helper.get_action_url("inspect", made.pk))
        if not form.is_valid():
            if not waiting:
                messages.info(request, _("There is nothing to export: every reading that was sent is in a batch."))
                return redirect(self.index_url)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        file_format = form.cleaned_data["file_format"]
        try:
            export = export_readings(
                branch=form.chosen.branch,
                period=form.chosen.period,
                file_format=file_format,
                write=writer_of(file_format),
                by=request.user,
                token=form.chosen_token,
            )
        except ExportRefused as refusal:
            form.add_error(None, refusal.message)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if export is None:
            messages.info(request, _("There is nothing to export: every reading that was sent is in a batch."))
            return redirect(self.index_url)
        told = {"number": export.number, "rows": export.rows}
        messages.success(request, _("Batch %(number)d is made, readings: %(rows)d.") % told)
        return redirect(self.url_helper.get_action_url("inspect", export.pk))

    def _made_before(self, request: HttpRequest) -> ReadingExport | None:
        try:
            token = UUID(request.POST.get("token", ""))
        except ValueError:
            return None
        return exports_for(request.user).filter(uuid=token).first()

    def get_context_data(self, form: ExportForm | None = None, **kwargs: Any) -> dict[str, Any]:
        if form is None:
            asked = self.request.GET.get("what", "")
            form = ExportForm(waiting=waiting_by_period(self.request.user), initial={"what": asked})
        result: dict[str, Any] = super().get_context_data(form=form, waiting=form.waiting, **kwargs)
        return result


class ExportFileView(ScopedObjectView):
    """Downloads the stored bytes of a batch; with `?format=` its readings written anew in another format."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        export: ReadingExport = self.instance
        file_format = request.GET.get("format", export.format)
        if file_format == export.format:
            return private_file(export.file, file_name(export))
        if file_format not in FORMATS:
            raise Http404
        output = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it.
        write_again(export, file_format, output)
        output.seek(0)
        name = file_name(export, file_format)
        return as_private(
            FileResponse(output, as_attachment=True, filename=name, content_type="application/octet-stream")
        )


class ExportIndexView(SafeIndexView):
    """The batches, and above them what waits."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_export = self.permission_helper.user_can_create(self.request.user)
        result: dict[str, Any] = super().get_context_data(waiting_table=self._waiting(may_export), **kwargs)
        return result

    def _waiting(self, may_export: bool) -> RelatedTable:
        headings = [
            _("branch"),
            _("period"),
            _("accounts"),
            _("readings"),
            _("unusual"),
            _("not reviewed"),
            "",
        ]
        rows = [
            [
                Cell(one.branch.name),
                Cell(month_text(one.period)),
                Cell(str(one.accounts), True),
                Cell(str(one.readings), True),
                Cell(str(one.flagged), True),
                Cell(str(one.unreviewed), True),
                Cell(_("Export"), url=f"{self.create_url}?what={waiting_key(one)}") if may_export else Cell(""),
            ]
            for one in waiting_by_period(self.request.user)
        ]
        return RelatedTable(_("Waiting for export"), headings, rows, _("Every reading that was sent is exported."))


class ReadingExportAdmin(BranchScopedAdmin):
    """Batches of readings of the employee's branches."""

    model = ReadingExport
    branch_lookup = "branch"
    menu_label = gettext_lazy("Export of readings")
    menu_icon = "download"
    menu_order = 107
    may_create = True
    create_view_class = ExportCreateView
    index_view_class = ExportIndexView
    history_view_enabled = True
    object_views = {"file": ExportFileView}
    list_display = ("number", "branch_shown", "period_shown", "format_shown", "rows_shown", "created_shown", "author")
    list_filter = (
        branch_filter("branch"),
        choice_filter("format", gettext_lazy("format"), FORMATS.items()),
        date_filter("period", gettext_lazy("period")),
    )
    list_select_related = ("branch", "created_by")
    search_fields = ("number__startswith", "sha256__startswith")
    search_hint = gettext_lazy("Number or SHA-256")
    inspect_view_fields = [
        "number", "branch_shown", "period_shown", "format_shown", "rows", "created_at", "author", "sha256",
    ]  # fmt: skip

    branch_shown = column("branch__name", gettext_lazy("branch"))
    period_shown = column("period", gettext_lazy("period"))
    rows_shown = column("rows", gettext_lazy("readings"), numeric=True)
    created_shown = column("created_at", gettext_lazy("created at"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReadingExport]":
        """The one door to batches of readings."""
        return exports_for(request.user).order_by("-created_at", "-pk")

    def format_shown(self, obj: ReadingExport) -> str:
        """The format of the stored file."""
        return FORMATS.get(obj.format, obj.format)

    format_shown.short_description = gettext_lazy("format")  # type: ignore[attr-defined]

    def author(self, obj: ReadingExport) -> str:
        """Who made it."""
        return str(obj.created_by or _("command line"))

    author.short_description = gettext_lazy("who")  # type: ignore[attr-defined]

    def inspect_links(self, instance: ReadingExport, request: HttpRequest) -> list[tuple[str, str]]:
        """The stored file first, then the same readings in the other formats."""
        url = self.url_helper.get_action_url("file", instance.pk)
        stored = FORMATS.get(instance.format, instance.format)
        others = [
            (f"{url}?format={code}", _("The same readings in %(format)s") % {"format": name})
            for code, name in FORMATS.items()
            if code != instance.format
        ]
        return [(url, _("Download the file (%(format)s)") % {"format": stored}), *others]

    def inspect_tables(self, instance: ReadingExport, request: HttpRequest) -> Sequence[RelatedTable]:
        """What billing has answered so far, and the first of the readings."""
        counts = dict(instance.readings.order_by().values_list("state").annotate(Count("pk")))
        answers = RelatedTable(
            _("What billing has answered"),
            [_("state"), _("readings")],
            [[Cell(str(state.label)), Cell(str(counts[state]), True)] for state in ReadingState if counts.get(state)],
            _("No readings."),
        )
        return [answers, self._readings(instance)]

    def _readings(self, instance: ReadingExport) -> RelatedTable:
        account = "register__meter__point__account__number"
        readings = instance.readings.select_related("register__meter__point__account").order_by(
            account, "register__meter__point__code", "register__meter__serial", "register__channel", "pk"
        )
        columns = [
            (account, _("account")),
            ("register__meter__point__name", _("metering point")),
            ("register__meter__serial", _("meter")),
            ("register__channel", _("energy")),
            ("register__zone", _("zone")),
            ("value", _("reading")),
            ("volume", _("volume, kWh")),
            ("state", _("state")),
            ("accepted_volume", _("accepted volume, kWh")),
            ("state_reason", _("reason")),
            ("invoice_number", _("invoice")),
        ]
        url = f"{reverse('cabinet_pages_reading_modeladmin_index')}?batch={instance.pk}"
        more = [(url, _("All readings of the batch"))]
        return related_table(_("Readings"), columns, readings[:SHOWN], _("No readings."), more)
