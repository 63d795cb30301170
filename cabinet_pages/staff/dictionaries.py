"""Staff screens of the utility's dictionaries: branches and articles."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from cabinet_pages.accounts.models import Branch
from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import BankCredit
from cabinet_pages.payments.services import settle_bank_credits
from cabinet_pages.quantities.folding import fold_name
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import yes_no_filter
from cabinet_pages.staff.inspecting import RelatedTable, related_table
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedEditView, is_central

_BRANCH_PANELS = [
    MultiFieldPanel(
        [
            FieldPanel("name"),
            FieldPanel("address"),
            FieldPanel("phones"),
            FieldPanel("email"),
            FieldPanel("working_hours"),
            FieldPanel("is_active"),
        ],
        heading=gettext_lazy("Contacts"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("readings_days_before"), FieldPanel("readings_days_after")]),
            FieldPanel("readings_always_open"),
        ],
        heading=gettext_lazy("Reading window"),
    ),
    MultiFieldPanel([FieldPanel("payments_source")], heading=gettext_lazy("Payments")),
]


class BranchEditView(ScopedEditView):
    """The form of a branch without its code: exports and import folders know the branch by it."""

    def get_edit_handler(self) -> Any:
        return ObjectList(_BRANCH_PANELS).bind_to_model(self.model)

    def form_valid(self, form: Any) -> Any:
        """Save, and book what waits in the bank where the bank is now what books."""
        response = super().form_valid(form)
        if "payments_source" in form.changed_data:
            settle_bank_credits(
                accounts=BankCredit.objects.filter(account__branch_id=self.instance.pk).values_list(
                    "account_id", flat=True
                )
            )
        return response


class BranchAdmin(BranchScopedAdmin):
    """Структурні одиниці: seen by their own people, changed by the central office."""

    model = Branch
    branch_lookup = "pk"
    menu_label = gettext_lazy("Branches")
    menu_icon = "site"
    may_create = True
    may_edit = True
    edit_view_class = BranchEditView
    list_display = ("name", "code", "phones", "email", "window_shown", "is_active")
    list_filter = (yes_no_filter("is_active", gettext_lazy("active")),)
    list_export = ("code", "name", "address", "phones", "email", "working_hours", "is_active")
    search_fields = ("code__startswith", "name__contains")
    search_hint = gettext_lazy("Code or name")
    inspect_view_fields = [
        "code",
        "name",
        "address",
        "phones",
        "email",
        "working_hours",
        "is_active",
        "readings_days_before",
        "readings_days_after",
        "readings_always_open",
        "payments_source",
    ]
    history_view_enabled = True
    panels = [FieldPanel("code"), *_BRANCH_PANELS]

    def window_shown(self, obj: Branch) -> str:
        """When readings are taken."""
        if obj.readings_always_open:
            return _("always open")
        return f"−{obj.readings_days_before} … +{obj.readings_days_after}"

    window_shown.short_description = gettext_lazy("reading window, days")  # type: ignore[attr-defined]

    def inspect_tables(self, instance: Branch, request: HttpRequest) -> Sequence[RelatedTable]:
        """Who works for the branch; only the central office sees that."""
        if not (is_central(request.user) and request.user.has_perm("cabinet_pages.view_branchoperator")):
            return []
        operators = instance.operators.select_related("user").order_by("user__email")
        return [related_table(_("Operators"), [("user__email", _("e-mail"))], operators, _("No operators."))]


class ArticleForm(WagtailAdminModelForm):  # type: ignore[misc]
    """An article, whose name may differ from others in more than spelling."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        key = fold_name(cleaned.get("name", ""))
        if Article.objects.filter(key=key).exclude(pk=self.instance.pk).exists():
            raise ValidationError({"name": _("There is such an article already.")})
        return cleaned


class ArticleAdmin(BranchScopedAdmin):
    """Статті реалізації: read by all staff, changed by the central office."""

    model = Article
    branch_lookup = ""
    menu_label = gettext_lazy("Articles")
    menu_icon = "list-ul"
    may_create = True
    may_edit = True
    list_display = ("name", "unit", "vat_shown", "known_shown", "order")
    list_filter = (
        yes_no_filter("is_known", gettext_lazy("known")),
        yes_no_filter("carries_vat", gettext_lazy("carries VAT")),
    )
    list_export = ("name", "unit", "carries_vat", "is_known", "order")
    inspect_view_fields = ["name", "unit", "carries_vat", "is_known", "order"]
    history_view_enabled = True
    panels = [
        FieldPanel("name"),
        FieldPanel("unit"),
        FieldPanel("carries_vat"),
        FieldPanel("is_known"),
        FieldPanel("order"),
    ]

    vat_shown = column("carries_vat", gettext_lazy("carries VAT"))
    known_shown = column("is_known", gettext_lazy("known"))

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=ArticleForm)

    def inspect_tables(self, instance: Article, request: HttpRequest) -> Sequence[RelatedTable]:
        """Other names of the article in exports."""
        synonyms = instance.synonyms.order_by("key")
        return [related_table(_("Other names in exports"), [("key", _("name"))], synonyms, _("No other names."))]
