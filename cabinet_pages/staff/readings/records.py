"""Staff screen of readings."""

from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.metering.models import Channel
from cabinet_pages.readings.collecting.queries import has_warnings
from cabinet_pages.readings.facts import PASSED
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.rows import history_rows
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import area_filter, branch_filter, choice_filter, month_filter, yes_no_filter
from cabinet_pages.staff.inspecting import RelatedTable, related_table
from cabinet_pages.staff.readings.exports import ExportFilter, batch_link
from cabinet_pages.staff.readings.lifeline import life_line_table
from cabinet_pages.staff.readings.missing import MissingView
from cabinet_pages.staff.readings.review import ReviewView
from cabinet_pages.staff.readings.window import WindowView
from cabinet_pages.staff.scope import BranchScopedAdmin


class ReadingAdmin(BranchScopedAdmin):
    """Показання of registers, every version of them."""

    model = Reading
    branch_lookup = "register__meter__point__account__branch"
    menu_label = gettext_lazy("Readings")
    menu_icon = "order"
    list_display = (
        "read_day",
        "account_number",
        "point_name",
        "meter_serial",
        "channel_name",
        "zone_name",
        "value_shown",
        "volume_shown",
        "source_shown",
        "state",
        "is_current",
    )
    list_display_add_buttons = "read_day"
    list_filter = (
        branch_filter("register__meter__point__account__branch"),
        choice_filter("state", gettext_lazy("state"), ReadingState.choices),
        choice_filter("kind", gettext_lazy("kind"), ReadingKind.choices),
        choice_filter("register__channel", gettext_lazy("energy"), Channel.choices),
        month_filter("period", gettext_lazy("period")),
        area_filter("register__meter__point__"),
        yes_no_filter("is_current", gettext_lazy("current")),
        yes_no_filter("is_late", gettext_lazy("late")),
        yes_no_filter("passed", gettext_lazy("passed to billing"), Q(state__in=PASSED)),
        yes_no_filter("unusual", gettext_lazy("unusual"), has_warnings()),
        yes_no_filter("reviewed", gettext_lazy("reviewed"), Q(reviewed_at__isnull=False)),
        ExportFilter,
    )
    list_select_related = (
        "register__meter__point__account__branch",
        "register__meter__point__account__customer",
        "submission",
        "reviewed_by",
        "export__branch",
    )
    list_export = (
        "account_number",
        "customer_name",
        "point_code",
        "point_name",
        "meter_serial",
        "channel_name",
        "zone_name",
        "period",
        "read_on",
        "kind",
        "value",
        "previous_value",
        "multiplier",
        "volume",
        "version",
        "is_current",
        "is_late",
        "source_shown",
        "state",
        "state_reason",
        "accepted_value",
        "accepted_volume",
        "invoice_number",
    )
    collection_views = {"window": WindowView, "review": ReviewView, "missing": MissingView}
    search_fields = (
        "register__meter__point__account__number__startswith",
        "register__meter__point__account__customer__search_text__contains",
        "register__meter__serial__startswith",
    )
    inspect_view_fields = [
        "account_number",
        "customer_name",
        "branch_name",
        "point_name",
        "meter_serial",
        "channel_name",
        "zone_name",
        "period",
        "read_on",
        "kind",
        "value",
        "previous_value",
        "previous_on",
        "multiplier",
        "volume",
        "rolled_over",
        "is_late",
        "source_shown",
        "basis",
        "unusual_shown",
        "remark",
        "version",
        "is_current",
        "state",
        "state_reason",
        "reviewer",
        "reviewed_at",
        "export",
        "decided_at",
        "accepted_value",
        "accepted_volume",
        "invoice_number",
        "withdrawn",
    ]

    read_day = column("read_on", gettext_lazy("date"))
    account_number = column("register__meter__point__account__number", gettext_lazy("account"))
    customer_name = column("register__meter__point__account__customer__name", gettext_lazy("customer"))
    branch_name = column("register__meter__point__account__branch__name", gettext_lazy("branch"))
    point_code = column("register__meter__point__code", gettext_lazy("code of the point"))
    point_name = column("register__meter__point__name", gettext_lazy("metering point"))
    meter_serial = column("register__meter__serial", gettext_lazy("meter"))
    channel_name = column("register__channel", gettext_lazy("energy"))
    zone_name = column("register__zone", gettext_lazy("zone"))
    value_shown = column("value", gettext_lazy("reading"), numeric=True)
    reviewer = column("reviewed_by", gettext_lazy("who reviewed"))
    volume_shown = column("volume", gettext_lazy("volume, kWh"), numeric=True)

    def source_shown(self, obj: Reading) -> str:
        """Who the reading is from: the cabinet, the branch for the customer, the operator."""
        return str(history_rows([obj])[0].source)

    source_shown.short_description = gettext_lazy("source")  # type: ignore[attr-defined]

    def basis(self, obj: Reading) -> str:
        """How the branch knows a reading that it entered for the customer."""
        return (obj.submission.basis if obj.submission else "") or "—"

    basis.short_description = gettext_lazy("how the readings came")  # type: ignore[attr-defined]

    def unusual_shown(self, obj: Reading) -> str:
        """Short names of what was unusual."""
        return ", ".join(history_rows([obj])[0].labels) or "—"

    unusual_shown.short_description = gettext_lazy("unusual")  # type: ignore[attr-defined]

    def inspect_links(self, instance: Reading, request: HttpRequest) -> Sequence[tuple[str, str]]:
        """The way to the batch in which billing got it."""
        return batch_link(instance)

    def inspect_tables(self, instance: Reading, request: HttpRequest) -> Sequence[RelatedTable]:
        """The life line of a consumer's reading, and its versions: what was sent, and what replaced it."""
        versions = Reading.objects.filter(
            register_id=instance.register_id, period=instance.period, kind=instance.kind
        ).select_related("submission__user")
        columns = [
            ("version", _("version")),
            ("submission__submitted_at", _("submitted")),
            ("submission__user", _("user")),
            ("value", _("reading")),
            ("volume", _("volume, kWh")),
            ("is_current", _("current")),
        ]
        return [
            life_line_table(instance),
            related_table(_("Versions"), columns, versions.order_by("version"), _("No versions.")),
        ]
