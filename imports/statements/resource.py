"""Kind `payments` laid out as a bank statement: rows become bank credits, which the payments' own service keeps."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, partial
from itertools import islice
from typing import Any, ClassVar

from django.db import IntegrityError
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account, Branch, PaymentsSource
from cabinet_pages.articles.services import ArticleDirectory, ensure_articles
from cabinet_pages.payments.events import PaymentReceived
from cabinet_pages.payments.models import BankCredit
from cabinet_pages.payments.services import BankCreditRow, promote_bank_credits, remove_bank_credits
from cabinet_pages.quantities.folding import collapse_spaces
from imports.formats import RawRow, Reading
from imports.formats.statement_table import CREDIT, HEADINGS, UAH
from imports.models import BatchRow, RowStatus
from imports.resources.base import (
    Change,
    Entry,
    EqualKeys,
    ImportColumn,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.rows import exact_date
from imports.resources.staged import staged_text
from imports.statements.accounts import BankAccount, bank_accounts
from imports.statements.declared import credited
from imports.statements.finding import Wanted, find_accounts
from imports.statements.tables import as_statement, is_statement
from imports.statements.wording import MESSAGES
from imports.values import ValueRefused, parse_date, parse_money

#: Classes of rows that are counted and never booked.
OUTGOING, FOREIGN_CURRENCY, OWN_TRANSFER = "outgoing", "foreign_currency", "own_transfer"
#: New credits that nothing has matched.
QUEUED = "queued"
_CHUNK = 500
_DIGEST_PARTS = ("own", "day", "number", "sum", "purpose")
# Values of a credit that the file tells, and those that are found out; by the fields of the model.
_TOLD = {
    "own": "own_account",
    "day": "received_on",
    "sum": "amount",
    "number": "order_number",
    "payer": "payer",
    "payer_code": "payer_code",
    "payer_account": "payer_account",
    "purpose": "purpose",
}
_FOUND = {"account": "account__number", "matched_by": "matched_by", "branch": "branch__code"}


def _clipped(text: str, length: int) -> str:
    """What a bank writes is shortened, never refused: the money came all the same."""
    return collapse_spaces("".join(char if char.isprintable() else " " for char in text))[:length]


def _lower(text: str) -> str:
    return text.strip().lower()


def _sound(text: str) -> str:
    """Let a row pass that its table has no fault to find with."""
    if text:
        raise ValueRefused(text, text)
    return text


class StatementResource(KindResource):
    """A bank statement: every document is counted, and what came in hryvnias to our accounts is kept as a credit."""

    kind: ClassVar[str] = "payments"
    tables = (BankCredit,)
    title = _("Bank statement")
    key_columns = ("direction", "day", "sum")
    optional_key_columns = ("own", "currency", "problem")
    equal_keys = EqualKeys.COUNT
    account_column = ""
    article_column = "article"
    amount_value = "sum"
    has_money = True
    layout_columns = frozenset({"own", "direction"})
    date_column = "day"
    event = PaymentReceived.code
    news_values = ("sum", "article")
    messages = MESSAGES

    own = ImportColumn(HEADINGS["own"], partial(_clipped, length=40))
    direction = ImportColumn(HEADINGS["direction"], _lower)
    bank_id = ImportColumn(HEADINGS["bank_id"], partial(_clipped, length=200))
    number = ImportColumn(HEADINGS["number"], partial(_clipped, length=60))
    day = ImportColumn(HEADINGS["day"], parse_date, numeric=True)
    sum = ImportColumn(HEADINGS["amount"], parse_money)
    currency = ImportColumn(HEADINGS["currency"], partial(_clipped, length=10))
    payer = ImportColumn(HEADINGS["payer"], partial(_clipped, length=255), free_text=True)
    payer_code = ImportColumn(HEADINGS["payer_code"], partial(_clipped, length=20))
    payer_account = ImportColumn(HEADINGS["payer_account"], partial(_clipped, length=40))
    purpose = ImportColumn(HEADINGS["purpose"], partial(_clipped, length=500), free_text=True)
    problem = ImportColumn(HEADINGS["problem"], _sound)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._facts: Mapping[str, object] = {}
        # Accounts of the rows that are not ours, in the order in which they were met; '' for rows that name none.
        self._strangers: dict[str, None] = {}
        self._credited: set[str] = set()
        self._has_foreign_credits = False

    @cached_property
    def _accounts(self) -> Mapping[str, BankAccount]:
        return bank_accounts()

    @cached_property
    def _branches(self) -> Mapping[str, Branch]:
        return {branch.code: branch for branch in self.context.branches.values()}

    # --- the file -------------------------------------------------------------------------------------------------

    @classmethod
    def recognises(cls, reading: Reading, scanned: Sequence[RawRow]) -> bool:
        """Whether it is a statement of one of the banks that are known.

        Raises:
            UnsupportedContent: `personal_card_statement`.
        """
        return is_statement(reading, scanned)

    def adapt(self, reading: Reading, scanned: Sequence[RawRow]) -> Reading:
        """The bank's table in our columns."""
        self._facts = reading.facts
        return as_statement(reading, scanned, frozenset(self._accounts))

    def refusal(self) -> tuple[str, Mapping[str, object]] | None:
        """A statement of a stranger's account is refused whole."""
        named = [account for account in self._strangers if account]
        if named:
            return "foreign_bank_account", {"accounts": named}
        return ("no_bank_account", {}) if self._strangers else None

    def declared_totals(self) -> Mapping[str, object]:
        """What came to our accounts, as the file says; nothing where it counts other currencies as well."""
        if self._has_foreign_credits:
            return {}
        amount = credited(self._facts.get("totals"), self._credited)
        return {} if amount is None else {"amount": amount}

    # --- rows -----------------------------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        """Say what each row is: not booked, or a credit with the account and article that can be told."""
        credits = []
        for row in rows:
            cells = row.cells
            own = cells.get("own") or ""
            if not self._is_ours(own):
                self._strangers.setdefault(own)
            if cells.get("sum") is not None and cells["sum"] < 0:
                row.reject("negative_amount", "sum")
            cells["not_booked"] = self._not_booked(row)
            if cells["not_booked"]:
                continue
            self._credited.add(own)
            credits.append(row)
        self._find(credits)

    def _is_ours(self, own: str) -> bool:
        account = self._accounts.get(own)
        branch = self.context.branch
        return account is not None and (branch is None or account.branch in ("", branch.code))

    def _not_booked(self, row: Row) -> str:
        """The class of a row that never becomes a credit; '' for one that does."""
        cells = row.cells
        if cells.get("direction") != CREDIT:
            return OUTGOING
        if (cells.get("currency") or UAH) != UAH:
            self._has_foreign_credits = True
            return FOREIGN_CURRENCY
        return OWN_TRANSFER if cells.get("payer_account") in self._accounts else ""

    def _find(self, rows: Sequence[Row]) -> None:
        branches = [self._branch_of(row) for row in rows]
        wanted = [
            Wanted(row.cells.get("purpose") or "", row.cells.get("payer_code") or "", branch.pk if branch else None)
            for row, branch in zip(rows, branches, strict=True)
        ]
        for row, branch, found in zip(rows, branches, find_accounts(wanted), strict=True):
            row.branch = branch if found is None else self.context.branches[found.branch_id]
            row.cells["account"] = found.number if found else ""
            row.cells["matched_by"] = found.matched_by if found else ""
            account = self._accounts.get(row.cells.get("own") or "")
            name = account.article_for(row.cells.get("purpose") or "") if account else ""
            row.cells["article"] = name or None
        self.resolve_articles(rows)

    def _branch_of(self, row: Row) -> Branch | None:
        """The branch whose customers may be meant, and in whose queue the row would wait; None for any."""
        account = self._accounts.get(row.cells.get("own") or "")
        return self.context.branch or (self._branches.get(account.branch) if account else None)

    def amount(self, row: Row) -> Decimal | None:
        """Hryvnias that came; other rows are counted and enter no sum."""
        value = row.cells.get("sum")
        if row.cells.get("not_booked") in ("", OWN_TRANSFER) and isinstance(value, Decimal):
            return value
        return None

    def key(self, row: Row) -> str:
        """Our account and the bank's id of the document, or a digest of what the row says of it."""
        cells = row.cells
        own = cells.get("own") or ""
        told = cells.get("bank_id") or ""
        if not told:
            parts = "\n".join(exact(cells.get(name)) for name in _DIGEST_PARTS)
            told = hashlib.sha256(parts.encode()).hexdigest()
        if cells["not_booked"]:
            return join_key(f"-{cells['not_booked']}", own, cells.get("currency") or "", told[:80])
        return join_key(own, told[:80])

    def label(self, row: Row) -> str:
        """The number of the account that was found."""
        return str(row.cells.get("account") or "")

    def values(self, row: Row) -> Values:
        """A credit as it would be kept; of a row that is not booked only its class."""
        cells = row.cells
        if cells["not_booked"]:
            return {"not_booked": cells["not_booked"], "day": exact(cells["day"]), "sum": exact(cells["sum"])}
        article = cells.get("article")
        return {
            **{name: exact(cells.get(name)) for name in _TOLD},
            "account": cells["account"],
            "matched_by": cells["matched_by"],
            "branch": row.branch.code if row.branch else "",
            "article": article.key if article else "",
            "dismissed": "",
        }

    # --- comparison -----------------------------------------------------------------------------------------------

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The credits that the entries name."""
        wanted = {entry.object_key for entry in entries}
        keys = sorted({entry.key.partition("|")[2] for entry in entries if not entry.key.startswith("-")})
        articles = self.context.articles
        names = [*_TOLD, *_FOUND]
        found: dict[ObjectKey, Stored] = {}
        for start in range(0, len(keys), _CHUNK):
            credits = BankCredit.objects.filter(key__in=keys[start : start + _CHUNK])
            for pk, key, ordinal, withdrawn, article_id, dismissed_at, *rest in credits.values_list(
                "pk", "key", "ordinal", "withdrawn", "article_id", "dismissed_at", *_TOLD.values(), *_FOUND.values()
            ).iterator():
                values: Values = dict(zip(names, map(exact, rest), strict=True))
                object_key = (0, join_key(values["own"], key), ordinal)
                if object_key not in wanted:
                    continue
                values["article"] = articles.of(article_id).key if article_id else ""
                values["dismissed"] = exact(dismissed_at is not None)
                found[object_key] = Stored(pk, values, withdrawn)
        return found

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Leave decisions alone: a row that is not booked changes nothing, an account once found stays."""
        if change := entry.values.get("not_booked"):
            entry.status, entry.change, entry.touched = RowStatus.UNCHANGED, str(change), True
            return
        if stored is not None:
            self._keep_decisions(entry.values, stored.values)
        elif not (entry.values["account"] and entry.values["article"]):
            entry.change = QUEUED
        super().judge(entry, stored)

    def _keep_decisions(self, values: Values, stored: Values) -> None:
        if stored["account"]:
            values.update({name: stored[name] for name in _FOUND})
        elif not values["account"]:
            values["branch"] = stored["branch"]
        if stored["article"]:
            values["article"] = stored["article"]
        values["dismissed"] = stored["dismissed"]

    # --- promotion ------------------------------------------------------------------------------------------------

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the credits to the payments' service.

        Raises:
            IntegrityError: an account has left its branch since the preview, or a key is taken.
        """
        articles = ensure_articles(names=self.context.new_articles)
        promote_bank_credits(rows=self._rows(changes, articles))

    def _rows(self, changes: Iterator[Change], articles: ArticleDirectory) -> Iterator[BankCreditRow]:
        while chunk := list(islice(changes, _CHUNK)):
            numbers = {str(change.values["account"]) for change in chunk} - {""}
            accounts = {
                number: (pk, code)
                for number, pk, code in Account.objects.filter(number__in=numbers).values_list(
                    "number", "pk", "branch__code"
                )
            }
            for change in chunk:
                values = change.values
                account_id, code = accounts.get(values["account"], (None, values["branch"]))
                if code != values["branch"] or (values["account"] and account_id is None):
                    raise IntegrityError("an account has moved since the preview")
                branch = self._branches.get(code)
                yield _credit(change, account_id, branch, articles)

    def news_rows(self, rows: "QuerySet[BatchRow]", accounts: "QuerySet[Any, Any]") -> "QuerySet[BatchRow]":
        """Credits of accounts whose payments the bank books; of others the ERP's payment is told, when it comes."""
        booked = Account.objects.filter(pk__in=accounts, branch__payments_source=PaymentsSource.BANK)
        named = rows.annotate(news_number=staged_text("account")).filter(news_number__in=booked.values("number"))
        owner = Account.objects.filter(number=OuterRef("news_number")).values("pk")
        return named.annotate(news_account=Subquery(owner))

    def news(self, values: Mapping[str, str | None]) -> Mapping[str, Any] | None:
        """Credits that became payments; the others wait for an article."""
        return {"amount": values["sum"]} if values["article"] else None

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete credits, and the payments that were made of them."""
        remove_bank_credits(ids=(change.pk for change in changes if change.pk is not None))


def _credit(change: Change, account_id: int | None, branch: Branch | None, articles: ArticleDirectory) -> BankCreditRow:
    values = change.values
    day = exact_date(values["day"])
    if day is None:
        raise ValueError("a credit without its day")
    return BankCreditRow(
        pk=change.pk,
        own_account=values["own"],
        key=change.key.partition("|")[2],
        ordinal=change.ordinal,
        received_on=day,
        amount=Decimal(values["sum"]),
        order_number=values["number"],
        payer=values["payer"],
        payer_code=values["payer_code"],
        payer_account=values["payer_account"],
        purpose=values["purpose"],
        branch_id=branch.pk if branch else None,
        account_id=account_id,
        article_id=articles.id_of(values["article"]) if values["article"] else None,
        matched_by=values["matched_by"],
        withdrawn=values.get("withdrawn") == "1",
    )
