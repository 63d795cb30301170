"""Staff screens of metering points and meters."""

from collections.abc import Sequence

from django.db.models import F, Prefetch, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.metering.models import Meter, MeteringPoint, PointRole, ReadBy, Register
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import (
    area_filter,
    branch_filter,
    choice_filter,
    date_filter,
    verification_filter,
    yes_no_filter,
)
from cabinet_pages.staff.inspecting import Cell, RelatedTable, cells, related_table
from cabinet_pages.staff.readings.entry import PointEntryView
from cabinet_pages.staff.scope import BranchScopedAdmin
from cabinet_pages.staff.search import ACCOUNT_SEARCH


class MeteringPointAdmin(BranchScopedAdmin):
    """Точки обліку."""

    model = MeteringPoint
    branch_lookup = "account__branch"
    menu_label = gettext_lazy("Metering points")
    menu_icon = "thumbtack"
    list_display = ("code", "name", "account_number", "customer_name", "eic", "role", "read_by", "closed_day")
    list_display_add_buttons = "code"
    list_filter = (
        branch_filter("account__branch"),
        choice_filter("role", gettext_lazy("role"), PointRole.choices),
        choice_filter("read_by", gettext_lazy("read by"), ReadBy.choices),
        yes_no_filter("closed", gettext_lazy("closed"), Q(closed_on__isnull=False)),
    )
    list_select_related = ("account__branch", "account__customer")
    list_export = (
        "account_number",
        "customer_name",
        "code",
        "eic",
        "name",
        "address",
        "site",
        "area",
        "role",
        "read_by",
        "voltage_class",
        "permitted_power",
        "losses",
        "losses_unit",
        "closed_on",
    )
    search_fields = (*ACCOUNT_SEARCH, "code__startswith", "eic__startswith")
    object_views = {"enter": PointEntryView}
    inspect_view_fields = [
        "name",
        "code",
        "eic",
        "account_number",
        "customer_name",
        "branch_name",
        "address",
        "site",
        "area",
        "role",
        "read_by",
        "voltage_class",
        "permitted_power",
        "losses",
        "losses_unit",
        "closed_on",
    ]

    account_number = column("account__number", gettext_lazy("account"))
    customer_name = column("account__customer__name", gettext_lazy("customer"))
    branch_name = column("account__branch__name", gettext_lazy("branch"))
    closed_day = column("closed_on", gettext_lazy("closed on"))

    def inspect_links(self, instance: MeteringPoint, request: HttpRequest) -> list[tuple[str, str]]:
        """To enter readings of the point for the customer."""
        if not request.user.has_perm("cabinet_pages.add_readingsubmission"):
            return []
        return [(self.url_helper.get_action_url("enter", instance.pk), _("Enter readings for the customer"))]

    def inspect_tables(self, instance: MeteringPoint, request: HttpRequest) -> Sequence[RelatedTable]:
        """The meters that stand or stood at the point."""
        paths = ["serial", "meter_type", "installed_on", "removed_on", "next_verification_on"]
        rows = []
        for meter in instance.meters.order_by(F("installed_on").desc(nulls_last=True), "pk"):
            serial, *rest = cells(meter, paths)
            rows.append(
                [Cell(serial.text, url=reverse("cabinet_pages_meter_modeladmin_inspect", args=[meter.pk])), *rest]
            )
        headings = [_("serial number"), _("meter type"), _("installed on"), _("removed on"), _("next verification")]
        return [RelatedTable(_("Meters"), headings, rows, _("No meters."))]


class MeterAdmin(BranchScopedAdmin):
    """Лічильники with their registers and multipliers."""

    model = Meter
    branch_lookup = "point__account__branch"
    menu_label = gettext_lazy("Meters")
    menu_icon = "time"
    list_display = (
        "serial",
        "meter_type",
        "account_number",
        "customer_name",
        "point_name",
        "register_names",
        "verification_day",
        "removed_day",
    )
    list_display_add_buttons = "serial"
    list_filter = (
        branch_filter("point__account__branch"),
        yes_no_filter("removed", gettext_lazy("removed"), Q(removed_on__isnull=False)),
        verification_filter(),
        area_filter("point__"),
        date_filter("next_verification_on", gettext_lazy("next verification")),
    )
    list_select_related = ("point__account__branch", "point__account__customer")
    list_prefetch_related = (Prefetch("registers", queryset=Register.objects.order_by("channel", "zone")),)
    list_export = (
        "account_number",
        "customer_name",
        "account_phone",
        "area_shown",
        "point_site",
        "point_name",
        "address_shown",
        "serial",
        "meter_type",
        "installed_on",
        "removed_on",
        "verified_on",
        "next_verification_on",
    )
    search_fields = (
        "point__account__number__startswith",
        "point__account__customer__search_text__contains",
        "serial__startswith",
        "point__eic__startswith",
    )
    inspect_view_fields = [
        "serial",
        "meter_type",
        "account_number",
        "customer_name",
        "branch_name",
        "point_name",
        "point_eic",
        "installed_on",
        "removed_on",
        "verified_on",
        "next_verification_on",
    ]

    account_number = column("point__account__number", gettext_lazy("account"))
    customer_name = column("point__account__customer__name", gettext_lazy("customer"))
    branch_name = column("point__account__branch__name", gettext_lazy("branch"))
    point_name = column("point__name", gettext_lazy("metering point"))
    point_site = column("point__site", gettext_lazy("site"))
    account_phone = column("point__account__phone", gettext_lazy("phone"))
    point_eic = column("point__eic", gettext_lazy("EIC"))
    verification_day = column("next_verification_on", gettext_lazy("next verification"))
    removed_day = column("removed_on", gettext_lazy("removed on"))

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Who looks at a horizon of verification plans visits: the most urgent meters come first."""
        if request.GET.get("verification"):
            return ("next_verification_on", "point__account__number", "point__name", "serial", "pk")
        ordering: Sequence[str] = super().get_ordering(request)
        return ordering

    def area_shown(self, obj: Meter) -> str:
        """The Дільниця of the point, else of its account."""
        return obj.point.area or obj.point.account.area

    area_shown.short_description = gettext_lazy("area")  # type: ignore[attr-defined]

    def address_shown(self, obj: Meter) -> str:
        """Where the meter is: the address of the point, else of its account."""
        return obj.point.address or obj.point.account.physical_address

    address_shown.short_description = gettext_lazy("address")  # type: ignore[attr-defined]

    def register_names(self, obj: Meter) -> str:
        """Channels and zones of the meter."""
        return ", ".join(f"{register.channel}/{register.zone}" for register in obj.registers.all()) or "—"

    register_names.short_description = gettext_lazy("registers")  # type: ignore[attr-defined]

    def inspect_tables(self, instance: Meter, request: HttpRequest) -> Sequence[RelatedTable]:
        """Registers and multipliers."""
        registers = related_table(
            _("Registers"),
            [
                ("channel", _("energy")),
                ("zone", _("zone")),
                ("digits", _("digits")),
                ("initial_value", _("reading at installation")),
                ("final_value", _("reading at removal")),
            ],
            instance.registers.order_by("channel", "zone"),
            _("No registers."),
        )
        ratios = related_table(
            _("Multipliers"),
            [
                ("valid_from", _("valid from")),
                ("current_ratio", _("current transformer ratio")),
                ("voltage_ratio", _("voltage transformer ratio")),
                ("multiplier", _("multiplier")),
            ],
            instance.ratios.order_by("-valid_from"),
            _("No multipliers."),
        )
        return [registers, ratios]
