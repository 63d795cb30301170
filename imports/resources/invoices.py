"""Kind `invoices`: one row a line, all lines of an invoice together or none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cabinet_pages.articles.services import ensure_articles
from cabinet_pages.billing.events import NewInvoice
from cabinet_pages.billing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from cabinet_pages.billing.rules import AmountsRefused, line_amounts
from cabinet_pages.billing.services.invoices import promote_invoices, remove_invoices
from cabinet_pages.bulk import CHUNK
from imports.resources.base import (
    Change,
    Entry,
    EqualKeys,
    ImportColumn,
    InForce,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.invoice_rows import exact_amounts, exact_sums, invoice_row
from imports.resources.references import names_account, names_branch
from imports.resources.standing import billed_since, corrected_since, held, made
from imports.resources.wording import as_written
from imports.values import (
    DIGITS,
    MONEY_DECIMALS,
    ValueRefused,
    clean_text,
    parse_account_number,
    parse_choice,
    parse_date,
    parse_energy,
    parse_money,
    parse_period,
    parse_price,
    parse_ratio,
)

DOCUMENT_KINDS = {
    "рахунок": InvoiceKind.INVOICE.value,
    "попередня оплата": InvoiceKind.PREPAYMENT.value,
    "коригувальний": InvoiceKind.CORRECTION.value,
    "коригування": InvoiceKind.CORRECTION.value,
}
_UNITS = ("грн", "UAH", "₴")
STATES = {"дійсний": InvoiceState.VALID.value, "анульований": InvoiceState.ANNULLED.value}


class InvoiceResource(KindResource):
    """Invoices by account, number and date; the rows of one key are its lines, in file order."""

    kind: ClassVar[str] = "invoices"
    tables = (Invoice, InvoiceLine)
    title = _("Invoices")
    key_columns = ("account", "number", "issued_on")
    equal_keys = EqualKeys.GROUP
    article_column = "article"
    has_money = True
    counts_documents = True
    is_dated = True
    date_column = "issued_on"
    amount_value = "gross"
    event = NewInvoice.code
    news_values = ("number",)
    messages: ClassVar[Mapping[str, Any]] = {
        "vat_sum": _("Sum without VAT %(net)s and VAT %(vat)s do not add up to the sum with VAT %(gross)s."),
        "header_disagrees": _("The invoice says something else in row %(first)s."),
        "total_too_large": _("The sums of the lines of this invoice are too large together."),
        "has_corrections": _("A later invoice corrects it."),
        "has_verdicts": _("Readings were billed in it since."),
        "line_unreadable": _("Another line of this invoice cannot be read (row %(row)s)."),
    }

    account = names_account("invoice__account__number")
    number = ImportColumn(
        "№ рахунку",
        partial(clean_text, max_length=60),
        synonyms=("Номер рахунку", "№ документа", "Номер документа"),
        required=True,
        attribute="invoice__number",
    )
    issued_on = ImportColumn(
        "Дата рахунку",
        parse_date,
        synonyms=("Дата документа", "Дата виписки"),
        required=True,
        numeric=True,
        attribute="invoice__issued_on",
    )
    document_kind = ImportColumn(
        "Вид документа", partial(parse_choice, choices=DOCUMENT_KINDS), attribute="invoice__kind"
    )
    state = ImportColumn(
        "Стан", partial(parse_choice, choices=STATES), synonyms=("Стан документа",), attribute="invoice__state"
    )
    corrects_number = ImportColumn(
        "Коригує рахунок №",
        partial(clean_text, max_length=60),
        synonyms=("До рахунку №", "Коригує №"),
        attribute="invoice__corrects_number",
    )
    period = ImportColumn(
        "Період", parse_period, synonyms=("Розрахунковий період", "Місяць"), numeric=True, attribute="period"
    )
    due_on = ImportColumn(
        "Строк оплати",
        parse_date,
        synonyms=("Термін оплати", "Сплатити до", "Оплатити до"),
        numeric=True,
        attribute="invoice__due_on",
    )
    article = ImportColumn(
        "Стаття реалізації",
        partial(clean_text, max_length=160),
        synonyms=("Стаття", "Вид послуги", "Послуга"),
        required=True,
        attribute="article__name",
    )
    point_code = ImportColumn(
        "Код ТУ",
        partial(clean_text, max_length=60),
        synonyms=("Код точки обліку", "PointCode"),
        attribute="point_code",
    )
    meter_serial = ImportColumn(
        "№ лічильника",
        partial(clean_text, max_length=60),
        synonyms=("Номер лічильника", "Лічильник", "MeterNo"),
        attribute="meter_serial",
    )
    previous_value = ImportColumn(
        "Покази попередні",
        parse_energy,
        synonyms=("Попередні покази", "Показання попередні", "Попередні показання"),
        attribute="previous_value",
    )
    current_value = ImportColumn(
        "Покази поточні",
        parse_energy,
        synonyms=("Поточні покази", "Показання поточні", "Поточні показання"),
        attribute="current_value",
    )
    multiplier = ImportColumn(
        "Розрахунковий коефіцієнт", parse_ratio, synonyms=("Коефіцієнт", "Розр. коефіцієнт"), attribute="multiplier"
    )
    quantity = ImportColumn("Кількість", parse_energy, synonyms=("Обсяг", "К-сть"), attribute="quantity")
    unit = ImportColumn(
        "Одиниця",
        partial(clean_text, max_length=20),
        synonyms=("Одиниця виміру", "Од. вим.", "Од. виміру"),
        attribute="unit",
    )
    tariff = ImportColumn("Тариф", parse_price, synonyms=("Ціна", "Тариф без ПДВ"), attribute="tariff")
    net = ImportColumn("Сума без ПДВ", parse_money, units=_UNITS, attribute="net")
    vat = ImportColumn("ПДВ", parse_money, synonyms=("Сума ПДВ", "ПДВ 20%"), units=_UNITS, attribute="vat")
    gross = ImportColumn(
        "Сума з ПДВ",
        parse_money,
        synonyms=("Всього з ПДВ", "Разом з ПДВ"),
        required=True,
        units=_UNITS,
        attribute="gross",
    )
    branch = names_branch("invoice__account__branch__code")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Number of the first unreadable line of an invoice whose date cannot be told, by account and number.
        self._unreadable: dict[tuple[str, str], int] = {}

    def prepare(self, rows: Sequence[Row]) -> None:
        """Resolve accounts and articles; remember lines that belong to an invoice but have no date."""
        super().prepare(rows)
        for row in rows:
            if row.rejected and row.account and row.cells.get("number") and not row.cells.get("issued_on"):
                self._unreadable.setdefault((row.account.number, row.cells["number"]), row.number)

    def unusable(self, rows: Sequence[Row]) -> None:
        """Remember lines that are cut or shifted: what can be told of their invoice is its account and number."""
        for row in rows:
            try:
                account = parse_account_number(row.texts.get("account", ""))
                number = clean_text(row.texts.get("number", ""))
            except ValueRefused:
                continue
            if account and number:
                self._unreadable.setdefault((account, number), row.number)

    def key(self, row: Row) -> str:
        """Number and day."""
        return join_key(row.cells["number"], row.cells["issued_on"].isoformat())

    def values(self, row: Row) -> Values:
        """What the row says about its invoice, and its line; sums that do not add up reject it."""
        cells = row.cells
        values: Values = {"number": cells["number"], "issued_on": cells["issued_on"].isoformat()}
        values |= {name: exact(cells[name]) or _DEFAULTS.get(name, "") for name in _HEADER if name in cells}
        line = {name: exact(cells.get(name)) for name in _LINE[1:]}
        line["article"] = cells["article"].key
        try:
            amounts = line_amounts(
                gross=cells["gross"],
                net=cells.get("net"),
                vat=cells.get("vat"),
                carries_vat=cells["article"].carries_vat,
            )
        except AmountsRefused as refusal:
            row.reject(refusal.code, "gross", **{name: f"{value:f}" for name, value in refusal.params.items()})
            return {}
        values["line"] = line | exact_amounts(amounts)
        return values

    def amount(self, row: Row) -> Decimal | None:
        """The sum with VAT of the line."""
        value = row.cells.get("gross")
        return value if isinstance(value, Decimal) else None

    def merge(self, entries: Sequence[Entry]) -> Values:
        """Make an invoice of its lines; what they say about the invoice must agree."""
        first = entries[0]
        unreadable = self._unreadable.get((first.owner_label, first.values["number"]))
        if unreadable is not None:
            for entry in entries:
                entry.reject("line_unreadable", row=unreadable)
            return {}
        header = {name: value for name, value in first.values.items() if name != "line"}
        for entry in entries[1:]:
            column = next((name for name in header if entry.values.get(name) != header[name]), "")
            if column:
                told = as_written(entry.values[column], _CHOICES.get(column))
                entry.reject("header_disagrees", column, told, first=first.row)
                for other in entries:
                    if other is not entry:
                        other.reject("rejected_with_row", row=entry.row)
                return {}
        values = {**header, "lines": [entry.values["line"] for entry in entries]}
        sums = exact_sums(values["lines"])
        if any(abs(Decimal(told)) >= _BEYOND for told in sums.values()):
            for entry in entries:
                entry.reject("total_too_large", "gross", as_written(entry.values["line"]["gross"]))
            return {}
        if "period" in self.context.columns:
            # Lines of earlier months are corrections; the invoice is for the last of them.
            values["period"] = max(line["period"] for line in values["lines"])
        return values | sums

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The invoices that the entries name, with their lines in order."""
        wanted = {entry.object_key for entry in entries}
        days = [entry.values["issued_on"] for entry in entries]
        invoices: dict[int, tuple[ObjectKey, Values, bool]] = {}
        for pk, account, withdrawn, *rest in (
            Invoice.objects.filter(
                account_id__in={entry.owner_id for entry in entries}, issued_on__range=(min(days), max(days))
            )
            .values_list("pk", "account_id", "withdrawn", *_INVOICE_FIELDS)
            .iterator()
        ):
            values = dict(zip(_INVOICE_VALUES, map(exact, rest), strict=True))
            key = (account, join_key(values["number"], values["issued_on"]), 1)
            if key in wanted:
                invoices[pk] = (key, {**values, "lines": []}, withdrawn)
        for pk, lines in self._lines(list(invoices)).items():
            invoices[pk][1]["lines"] = lines
        return {key: Stored(pk, values, withdrawn) for pk, (key, values, withdrawn) in invoices.items()}

    def in_force(self, first: date, last: date) -> Iterator[InForce]:
        """The invoices of these days."""
        stored = Invoice.objects.filter(issued_on__range=(first, last), withdrawn=False)
        if self.context.branch is not None:
            stored = stored.filter(account__branch=self.context.branch)
        rows = (
            stored.order_by("account_id", "issued_on", "pk")
            .values_list("pk", "account_id", "account__number", *_INVOICE_FIELDS)
            .iterator()
        )
        while chunk := list(islice(rows, CHUNK)):
            lines = self._lines([row[0] for row in chunk])
            for pk, account, number, *rest in chunk:
                values: Values = dict(zip(_INVOICE_VALUES, map(exact, rest), strict=True))
                values["lines"] = lines[pk]
                yield InForce(account, number, join_key(values["number"], values["issued_on"]), 1, Stored(pk, values))

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Compare whole invoices; what the file has no column for stays as it is stored, line by line."""
        if stored is not None:
            self._keep_absent(entry.values["lines"], stored.values["lines"])
            entry.values |= exact_sums(entry.values["lines"])
        super().judge(entry, stored)

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the invoices to the service of billing."""
        articles = ensure_articles(names=self.context.new_articles)
        promote_invoices(rows=(invoice_row(change, articles) for change in changes))

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """Kind and state where no column says so."""
        return _DEFAULTS

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New invoices that later ones correct, or that readings were billed in since."""
        named = {(entry.owner_id, entry.values["number"]): entry for entry in made(entries).values()}
        staying = held(entries, Invoice, passing_over={"invoiceline"})
        staying |= {named[one].object_key: "has_corrections" for one in corrected_since(self.context.batch_id, named)}
        staying |= {named[one].object_key: "has_verdicts" for one in billed_since(self.context.batch_id, named)}
        return staying

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete invoices with their lines."""
        remove_invoices(ids=(change.pk for change in changes if change.pk is not None))

    def _lines(self, invoice_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
        """The stored lines of invoices, in their order."""
        articles = self.context.articles
        lines: dict[int, list[dict[str, str]]] = {pk: [] for pk in invoice_ids}
        for invoice_id, article_id, *rest in (
            InvoiceLine.objects.filter(invoice_id__in=invoice_ids)
            .order_by("invoice_id", "position")
            .values_list("invoice_id", "article_id", *_LINE_FIELDS)
            .iterator()
        ):
            line = dict(zip(_LINE_FIELDS, map(exact, rest), strict=True))
            lines[invoice_id].append({"article": articles.of(article_id).key, **line})
        return lines

    def _keep_absent(self, lines: Sequence[dict[str, str]], stored: Sequence[Mapping[str, str]]) -> None:
        absent = [name for name in _LINE if name not in self.context.columns]
        if not absent:
            return
        identity = [name for name in _IDENTITY if name in self.context.columns]
        known: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
        for line in stored:
            known.setdefault(tuple(line[name] for name in identity), []).append(line)
        for line in lines:
            same = known.get(tuple(line[name] for name in identity))
            if not same:
                continue
            before = same.pop(0)
            untaxed = "net" in absent and "vat" in absent
            kept = [name for name in absent if name not in _AMOUNTS]
            if untaxed and before["gross"] == line["gross"]:
                kept += ["net", "vat", "vat_computed"]
            line.update({name: before[name] for name in kept})


_CHOICES = {"document_kind": DOCUMENT_KINDS, "state": STATES}
_HEADER = ("document_kind", "state", "corrects_number", "due_on")
_DEFAULTS = {"document_kind": InvoiceKind.INVOICE.value, "state": InvoiceState.VALID.value}
_LINE = (
    "article", "period", "point_code", "meter_serial", "previous_value", "current_value", "multiplier", "quantity",
    "unit", "tariff", "net", "vat", "gross",
)  # fmt: skip
_AMOUNTS = ("net", "vat", "gross")
# The first sum that has more digits than a cell may have.
_BEYOND = Decimal(10) ** (DIGITS - MONEY_DECIMALS)
# By these a line of a file without some columns finds the stored one whose values stay.
_IDENTITY = ("article", "period", "point_code", "meter_serial")
_LINE_FIELDS = (*_LINE[1:], "vat_computed")
_INVOICE_VALUES = ("number", "issued_on", *_HEADER, "period", *_AMOUNTS)
_INVOICE_FIELDS = ("number", "issued_on", "kind", *_HEADER[1:], "period", *_AMOUNTS)
