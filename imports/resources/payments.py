"""Kind `payments`: what the ERP booked as paid."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cabinet_pages.articles.services import ArticleDirectory, ensure_articles
from cabinet_pages.payments.models import Payment, PaymentKind
from cabinet_pages.payments.services import PaymentRow, promote_payments
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
from imports.resources.references import names_account, names_branch
from imports.resources.rows import exact_date, exact_decimal
from imports.statements.resource import StatementResource
from imports.statements.wording import MESSAGES as STATEMENT_MESSAGES
from imports.values import (
    clean_text,
    parse_choice,
    parse_date,
    parse_money,
    parse_period,
)

KINDS = {
    "оплата": PaymentKind.PAYMENT.value,
    "повернення": PaymentKind.REFUND.value,
    "залік": PaymentKind.OFFSET.value,
    "перенесення": PaymentKind.TRANSFER.value,
    "списання": PaymentKind.WRITE_OFF.value,
}


class PaymentResource(KindResource):
    """Payments by account, document, day, article and ordinal; without «Документ» the amount stands in its place."""

    kind: ClassVar[str] = "payments"
    title = _("Payments")
    key_columns = ("account", "paid_on", "article", "amount")
    optional_key_columns = ("document",)
    equal_keys = EqualKeys.COUNT
    article_column = "article"
    has_money = True
    layouts = (StatementResource,)
    messages = STATEMENT_MESSAGES
    is_dated = True
    date_column = "paid_on"

    account = names_account("account__number")
    document = ImportColumn(
        "Документ",
        partial(clean_text, max_length=80),
        synonyms=("ДокументИД", "Ід документа", "Код документа", "Документ оплати"),
        attribute="document",
    )
    paid_on = ImportColumn(
        "Дата платежу",
        parse_date,
        synonyms=("Дата оплати", "Дата операції", "Дата проведення"),
        required=True,
        numeric=True,
        attribute="paid_on",
    )
    article = ImportColumn(
        "Стаття реалізації",
        partial(clean_text, max_length=160),
        synonyms=("Стаття", "Вид платежу", "Вид послуги"),
        required=True,
        attribute="article__name",
    )
    amount = ImportColumn(
        "Сума платежу",
        parse_money,
        synonyms=("Сума", "Сума оплати", "Сума з ПДВ"),
        required=True,
        units=("грн", "UAH", "₴"),
        attribute="amount",
    )
    operation = ImportColumn(
        "Вид операції", partial(parse_choice, choices=KINDS), synonyms=("Операція",), attribute="kind"
    )
    period = ImportColumn(
        "Період", parse_period, synonyms=("Період опл.", "Період оплати"), numeric=True, attribute="period"
    )
    payer = ImportColumn("Платник", partial(clean_text, max_length=255), free_text=True, attribute="payer")
    order_number = ImportColumn(
        "№ платіжного документа",
        partial(clean_text, max_length=60),
        synonyms=("№ док.", "Номер документа", "Номер платіжного документа", "№ платіжного доручення"),
        attribute="order_number",
    )
    vat = ImportColumn("ПДВ", parse_money, synonyms=("Сума ПДВ", "у т.ч. ПДВ"), units=("грн",), attribute="vat")
    branch = names_branch("account__branch__code")
    purpose = ImportColumn(
        "Призначення",
        partial(clean_text, max_length=500),
        synonyms=("Призначення платежу", "Примітка"),
        free_text=True,
        takes_overflow=True,
        attribute="purpose",
    )

    def key(self, row: Row) -> str:
        """Day, article and document; `=<kopecks>` stands for an absent document."""
        cells = row.cells
        return join_key(cells["paid_on"].isoformat(), cells["article"].key, document_of(cells))

    def values(self, row: Row) -> Values:
        """The whole payment; an operation that is not named is told by the sign."""
        cells = row.cells
        values = {name: exact(cells[name]) for name in _OPTIONAL if name in cells}
        values["paid_on"] = cells["paid_on"].isoformat()
        values["article"] = cells["article"].key
        values["document"] = document_of(cells)
        values["amount"] = exact(cells["amount"])
        if "operation" in values and not values["operation"]:
            values["operation"] = operation_by_sign(cells["amount"])
        return values

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The payments of the entries' accounts between the first and the last of their days."""
        wanted = {entry.object_key for entry in entries}
        days = [entry.key[:10] for entry in entries]
        articles = self.context.articles
        found: dict[ObjectKey, Stored] = {}
        payments = Payment.objects.filter(
            account_id__in={entry.owner_id for entry in entries}, paid_on__range=(min(days), max(days))
        )
        for pk, account, article_id, ordinal, withdrawn, *rest in payments.values_list(
            "pk", "account_id", "article_id", "ordinal", "withdrawn", *_FIELDS
        ).iterator():
            article = articles.of(article_id).key
            key = (account, join_key(rest[0].isoformat(), article, rest[1]), ordinal)
            if key in wanted:
                values = dict(zip(_VALUES, map(exact, rest), strict=True))
                values["article"] = article
                found[key] = Stored(pk, values, withdrawn)
        return found

    def in_force(self, first: date, last: date) -> Iterator[InForce]:
        """The payments of these days."""
        articles = self.context.articles
        payments = Payment.objects.filter(paid_on__range=(first, last), withdrawn=False)
        if self.context.branch is not None:
            payments = payments.filter(account__branch=self.context.branch)
        for pk, account, number, article_id, ordinal, *rest in (
            payments.order_by("account_id", "paid_on", "pk")
            .values_list("pk", "account_id", "account__number", "article_id", "ordinal", *_FIELDS)
            .iterator()
        ):
            article = articles.of(article_id).key
            values = dict(zip(_VALUES, map(exact, rest), strict=True)) | {"article": article}
            key = join_key(rest[0].isoformat(), article, rest[1])
            yield InForce(account, number, key, ordinal, Stored(pk, values))

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the rows to the payments' own service."""
        articles = ensure_articles(names=self.context.new_articles)
        promote_payments(rows=(_payment(change, articles) for change in changes))


_OPTIONAL = ("operation", "period", "payer", "order_number", "vat", "purpose")
_VALUES = ("paid_on", "document", "amount", *_OPTIONAL)
_FIELDS = ("paid_on", "document", "amount", "kind", "period", "payer", "order_number", "vat", "purpose")


def document_of(cells: Mapping[str, Any]) -> str:
    """The document of a row, or `=<kopecks>` where it has none: no part of a key is empty."""
    return cells.get("document") or f"={cells['amount'].scaleb(2):.0f}"


def operation_by_sign(amount: Decimal) -> str:
    """The operation of a row that names none."""
    return PaymentKind.REFUND.value if amount < 0 else PaymentKind.PAYMENT.value


def _payment(change: Change, articles: ArticleDirectory) -> PaymentRow:
    values = change.values
    amount = Decimal(values["amount"])
    return PaymentRow(
        pk=change.pk,
        account_id=change.owner_id,
        document=values["document"],
        paid_on=date.fromisoformat(values["paid_on"]),
        article_id=articles.id_of(values["article"]),
        ordinal=change.ordinal,
        amount=amount,
        kind=values.get("operation") or operation_by_sign(amount),
        period=exact_date(values.get("period", "")),
        payer=values.get("payer", ""),
        order_number=values.get("order_number", ""),
        vat=exact_decimal(values.get("vat", "")),
        purpose=values.get("purpose", ""),
        withdrawn=values.get("withdrawn") == "1",
    )
