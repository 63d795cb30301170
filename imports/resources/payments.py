"""Kind `payments`: what the ERP booked as paid."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from itertools import compress
from operator import ne
from typing import Any, ClassVar

from django.db.models import BigIntegerField, Case, DateField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import PaymentsSource
from cabinet_pages.articles.services import ArticleDirectory, ensure_articles
from cabinet_pages.bulk import any_among, find_rows
from cabinet_pages.payments.events import PaymentReceived
from cabinet_pages.payments.models import BANK_DOCUMENT, Payment, PaymentKind
from cabinet_pages.payments.services import (
    PAYMENT_FIELDS,
    PaymentRow,
    insert_payments,
    promote_payments,
    remove_payments,
)
from cabinet_pages.removal import unreferred
from imports.models import BatchRow
from imports.resources.base import (
    Block,
    Change,
    Cleaned,
    Entry,
    EqualKeys,
    ImportColumn,
    InForce,
    KindResource,
    Match,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.blocks import exact_hundredths, joined_keys, json_objects
from imports.resources.references import names_account, names_branch
from imports.resources.rows import exact_date, exact_decimal, is_zero
from imports.resources.staged import staged_choice, staged_date, staged_hundredths, staged_text
from imports.resources.standing import held
from imports.statements.resource import StatementResource
from imports.statements.wording import MESSAGES as STATEMENT_MESSAGES
from imports.values import clean_text, hundredths, parse_choice, parse_date, parse_money, parse_period

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
    tables = (Payment,)
    title = _("Payments")
    key_columns = ("account", "paid_on", "article", "amount")
    optional_key_columns = ("document",)
    equal_keys = EqualKeys.COUNT
    article_column = "article"
    has_money = True
    works_in_sets = True
    undoes_in_sets = True
    layouts = (StatementResource,)
    messages = STATEMENT_MESSAGES
    is_dated = True
    date_column = "paid_on"
    event = PaymentReceived.code
    news_values = ("amount", "operation")

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

    def refusal(self) -> tuple[str, Mapping[str, object]] | None:
        """A branch whose payments are booked from bank statements takes none from elsewhere."""
        branch = self.context.branch
        if branch is not None and branch.payments_source == PaymentsSource.BANK:
            return "payments_from_bank", {"branch": branch.code}
        return None

    def resolve_accounts(self, rows: Sequence[Row]) -> None:
        """As everywhere; accounts whose payments come from the bank have no place in a file of all branches."""
        self.load_accounts(number for row in rows if (number := row.cells.get(self.account_column)))
        others = []
        for row in rows:
            branch = self._booked_by_bank.get(row.cells.get(self.account_column) or "")
            if branch is None:
                others.append(row)
            else:
                row.reject("payments_from_bank", self.account_column, branch=branch)
        super().resolve_accounts(others)

    def load_accounts(self, numbers: Iterable[str]) -> None:
        """As everywhere; in a file of all branches an account whose payments come from the bank counts as absent."""
        if self.context.branch is not None:
            super().load_accounts(numbers)
            return
        told = [number for number in numbers if number not in self.context.accounts]
        super().load_accounts(told)
        for number in told:
            account = self.context.accounts[number]
            branch = None if account is None else self.context.branches[account.branch_id]
            if branch is not None and branch.payments_source == PaymentsSource.BANK:
                self._booked_by_bank[number] = branch.code
                self.context.accounts[number] = None

    @cached_property
    def _booked_by_bank(self) -> dict[str, str]:
        return {}

    #: Whether a row of the file was met that is stored.
    _repeats = False

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

    def clean(self, block: Block) -> Cleaned:
        """As `key()` and `values()`; an absent document and operation are filled in."""
        texts = block.texts
        amounts = texts["amount"]
        documents = texts.get("document")
        if documents is None or "" in documents:
            kopecks = hundredths(amounts)
            documents = [
                told or f"={number}" for told, number in zip(documents or [""] * len(kopecks), kopecks, strict=True)
            ]
            texts["document"] = documents
        if "" in texts.get("operation", ()):
            texts["operation"] = [
                told or _SIGNS[amount[0] == "-"] for told, amount in zip(texts["operation"], amounts, strict=True)
            ]
        keys = joined_keys(texts["paid_on"], texts["article"], documents)
        told = [name for name in _OPTIONAL if name in texts]
        values = json_objects({name: texts[name] for name in (*told, "paid_on", "article", "document", "amount")})
        return Cleaned(keys, values)

    def match(self, block: Block) -> Iterator[Match]:
        """By the natural key of the payments; of what the file tells, all must be equal."""
        texts = block.texts
        articles = {key: self.context.articles.find(key).pk or 0 for key in set(texts["article"])}
        # Most files bring days that nothing is known of yet; others mostly repeat what is known from their beginning.
        days = set(texts["paid_on"])
        if not self._repeats:
            known = Payment.objects.filter(paid_on__range=(min(days), max(days)))
            self._repeats = any_among(known, "account_id", set(block.owners))
            if not self._repeats:
                return
        told = {name: texts[name] for name in ("amount", *_OPTIONAL) if name in texts}
        found = list(
            find_rows(
                Payment,
                {
                    "account_id": block.owners,
                    "paid_on": texts["paid_on"],
                    "article_id": [articles[key] for key in texts["article"]],
                    "document": texts["document"],
                    "ordinal": 1,
                },
                ("id", "withdrawn", *("kind" if name == "operation" else name for name in told)),
            )
        )
        if not found:
            return
        places, ids, withdrawn, *columns = zip(*found, strict=True)
        differ = set(compress(places, withdrawn))
        for (name, wanted), stored in zip(told.items(), columns, strict=True):
            values = map(exact_hundredths if name in _SUMS else exact, stored)
            differ.update(compress(places, map(ne, values, map(wanted.__getitem__, places))))
        yield from (Match(place, pk, place not in differ) for place, pk in zip(places, ids, strict=True))

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
        """The payments of these days that files of payments have brought."""
        articles = self.context.articles
        payments = Payment.objects.filter(paid_on__range=(first, last), withdrawn=False)
        payments = payments.exclude(document__startswith=BANK_DOCUMENT)
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

    def promote_new(self, rows: "QuerySet[BatchRow]") -> int:
        """Hand them to the payments' own service as a query."""
        articles = ensure_articles(names=self.context.new_articles)
        made = self._as_payments(rows).annotate(
            article_id=staged_choice("article", articles.ids), withdrawn=Value(False)
        )
        return insert_payments(rows=made.values_list(*PAYMENT_FIELDS))

    def _as_payments(self, rows: "QuerySet[BatchRow]") -> "QuerySet[BatchRow]":
        """Rows with the attributes of the payments that they make; the article is left to the caller."""
        columns = self.context.columns
        nothing = Value("")
        by_sign = Case(When(amount_text__startswith="-", then=Value(_SIGNS[True])), default=Value(_SIGNS[False]))
        return rows.annotate(
            amount_text=staged_text("amount"),
            account_id=F("owner_id"),
            document=staged_text("document"),
            paid_on=staged_date("paid_on"),
            amount=staged_hundredths("amount"),
            kind=staged_text("operation") if "operation" in columns else by_sign,
            period=staged_date("period") if "period" in columns else Value(None, output_field=DateField()),
            payer=staged_text("payer") if "payer" in columns else nothing,
            order_number=staged_text("order_number") if "order_number" in columns else nothing,
            vat=staged_hundredths("vat") if "vat" in columns else Value(None, output_field=BigIntegerField()),
            purpose=staged_text("purpose") if "purpose" in columns else nothing,
        )

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the rows to the payments' own service."""
        articles = ensure_articles(names=self.context.new_articles)
        promote_payments(rows=(_payment(change, articles) for change in changes))

    def news(self, values: Mapping[str, str | None]) -> Mapping[str, Any] | None:
        """Money that came: no refunds, offsets and the like."""
        amount = values["amount"] or ""
        operation = values["operation"] or operation_by_sign(Decimal(amount))
        return {"amount": amount} if operation == PaymentKind.PAYMENT and not is_zero(amount) else None

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """The operation that the sign tells."""
        return {"operation": operation_by_sign(Decimal(entry.values["amount"]))}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New payments that something else refers to."""
        return held(entries, Payment)

    def as_written(self, rows: "QuerySet[BatchRow]") -> "QuerySet[BatchRow]":
        """By the natural key of the payments, with every attribute that promotion has written."""
        columns = self.context.columns
        same = Payment.objects.filter(article__key=OuterRef("article_key"), ordinal=OuterRef("ordinal"))
        same = same.filter(withdrawn=False, **{name: OuterRef(name) for name in _NEVER_NULL})
        for name in _NULLABLE:
            # No value equals NULL, so nothing is asked for by itself.
            told = Q(**{f"{name}__isnull": True})
            if name in columns:
                told = Q(told, Exact(OuterRef(f"{name}_text"), Value(""))) | Q(**{name: OuterRef(name)})
            same = same.filter(told)
        texts = {f"{name}_text": staged_text(name) for name in _NULLABLE if name in columns}
        told_rows = self._as_payments(rows).annotate(article_key=staged_text("article"), **texts)
        return told_rows.annotate(stored_id=Subquery(unreferred(same.order_by()).values("pk")))

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete payments."""
        self.remove_all(change.pk for change in changes if change.pk is not None)

    def remove_all(self, ids: Iterator[int]) -> None:
        """Delete payments."""
        remove_payments(ids=ids)


# By whether a sum is negative.
_SIGNS = {True: PaymentKind.REFUND.value, False: PaymentKind.PAYMENT.value}
_OPTIONAL = ("operation", "period", "payer", "order_number", "vat", "purpose")
_SUMS = ("amount", "vat")
# Attributes by which a payment of a row is known again, beside article and ordinal.
_NEVER_NULL = ("account_id", "document", "paid_on", "amount", "kind", "payer", "order_number", "purpose")
_NULLABLE = ("period", "vat")
_VALUES = ("paid_on", "document", "amount", *_OPTIONAL)
_FIELDS = ("paid_on", "document", "amount", "kind", "period", "payer", "order_number", "vat", "purpose")


def document_of(cells: Mapping[str, Any]) -> str:
    """The document of a row, or `=<kopecks>` where it has none: no part of a key is empty."""
    return cells.get("document") or f"={cells['amount'].scaleb(2):.0f}"


def operation_by_sign(amount: Decimal) -> str:
    """The operation of a row that names none."""
    return _SIGNS[amount < 0]


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
