"""Staff screen of readings."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.metering.models import Channel
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter, yes_no_filter
from cabinet_pages.staff.inspecting import RelatedTable, related_table
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
        "kind",
        "state",
        "is_current",
    )
    list_display_add_buttons = "read_day"
    list_filter = (
        branch_filter("register__meter__point__account__branch"),
        choice_filter("state", gettext_lazy("state"), ReadingState.choices),
        choice_filter("kind", gettext_lazy("kind"), ReadingKind.choices),
        choice_filter("register__channel", gettext_lazy("energy"), Channel.choices),
        date_filter("period", gettext_lazy("period")),
        yes_no_filter("is_current", gettext_lazy("current")),
        yes_no_filter("is_late", gettext_lazy("late")),
    )
    list_select_related = ("register__meter__point__account__branch", "register__meter__point__account__customer")
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
        "state",
        "state_reason",
        "accepted_value",
        "accepted_volume",
        "invoice_number",
    )
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
        "remark",
        "version",
        "is_current",
        "state",
        "state_reason",
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
    volume_shown = column("volume", gettext_lazy("volume, kWh"), numeric=True)

    def inspect_tables(self, instance: Reading, request: HttpRequest) -> Sequence[RelatedTable]:
        """The versions of a consumer's reading: what was sent, and what replaced it."""
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
        return [related_table(_("Versions"), columns, versions.order_by("version"), _("No versions."))]
