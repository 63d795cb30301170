"""Kind `balances`: what an account owed at the beginning and at the end of a month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cabinet_pages.articles.services import ArticleDirectory, ensure_articles
from cabinet_pages.billing.models import Balance
from cabinet_pages.billing.services.balances import BalanceRow, promote_balances, remove_balances
from cabinet_pages.quantities.money import ZERO
from imports.models import RowStatus
from imports.resources.base import (
    Change,
    Entry,
    ImportColumn,
    ImportContext,
    InForce,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.continuity import MonthChain, next_month
from imports.resources.references import names_account, names_branch
from imports.resources.rows import exact_decimal
from imports.resources.standing import held
from imports.resources.wording import as_written
from imports.values import ValueRefused, clean_text, parse_money, parse_period

_UNITS = ("грн", "UAH", "₴")
_MOVEMENTS = ("charged", "paid", "corrected")
_ENDS = ("opening", "closing")


def _money(heading: str, *synonyms: str, attribute: str | None = None) -> ImportColumn:
    return ImportColumn(heading, parse_money, synonyms=synonyms, units=_UNITS, attribute=attribute)


class BalanceResource(KindResource):
    """Balances by account, month and article; + is the consumer's debt, − an overpayment.

    A month has either rows by article or one row without. «Дебет» and «Кредит» may stand for a signed sum; a blank
    sum at either end is zero, as 1C prints it.
    """

    kind: ClassVar[str] = "balances"
    tables = (Balance,)
    title = _("Balances")
    key_columns = ("account", "period")
    optional_key_columns = ("article",)
    article_column = "article"
    has_money = True
    is_dated = True
    date_column = "period"
    amount_value = "closing"
    messages = {
        "ends_required": _("A new month needs its opening and its closing balance."),
        "balance_break": _("The closing balance should be %(expected)s: opening + charged − paid + corrections."),
        "opening_break": _("The month before closed with %(expected)s, and this one opens with %(told)s."),
        "next_opening_break": _("The next month is stored and opens with %(expected)s; this one closes with %(told)s."),
        "whole_and_by_article": _("The month has both a row without article and rows by article."),
        "other_form_stored": _("The month is stored in the other form: by article or as a whole."),
    }

    account = names_account("account__number")
    period = ImportColumn(
        "Період", parse_period, synonyms=("Місяць", "Розрахунковий період"), required=True, numeric=True,
        attribute="period",
    )  # fmt: skip
    article = ImportColumn(
        "Стаття реалізації", partial(clean_text, max_length=160), synonyms=("Стаття",), attribute="article__name"
    )
    opening = _money("Сальдо на початок", "Сальдо на початок періоду", "Вхідне сальдо", attribute="opening")
    opening_debit = _money("Сальдо на початок Дебет", "Дебет на початок", "Сальдо на початок (Дебет)")
    opening_credit = _money("Сальдо на початок Кредит", "Кредит на початок", "Сальдо на початок (Кредит)")
    charged = _money("Нараховано", "Нараховано грн", attribute="charged")
    paid = _money("Оплачено", "Оплата", "Оплата з ПДВ", "Сплачено", attribute="paid")
    corrected = _money("Коригування", "Перерахунок", attribute="corrected")
    closing = _money("Сальдо на кінець", "Сальдо на кінець періоду", "Вихідне сальдо", attribute="closing")
    closing_debit = _money("Сальдо на кінець Дебет", "Дебет на кінець", "Сальдо на кінець (Дебет)")
    closing_credit = _money("Сальдо на кінець Кредит", "Кредит на кінець", "Сальдо на кінець (Кредит)")
    branch = names_branch("account__branch__code")

    def begin(self, context: ImportContext) -> None:
        """Begin to follow the months."""
        super().begin(context)
        self._chain = MonthChain(context)

    def prepare(self, rows: Sequence[Row]) -> None:
        """Resolve the references, make signed sums of pairs, and look at the continuity of the month."""
        super().prepare(rows)
        for row in rows:
            for end in _ENDS:
                self._sign(row, end)
            self._check_continuity(row)

    def _sign(self, row: Row, end: str) -> None:
        cells = row.cells
        if end in self.context.columns:
            if end in cells and cells[end] is None:
                cells[end] = ZERO
            return
        if self.context.columns.isdisjoint({f"{end}_debit", f"{end}_credit"}):
            return
        debit, credit = cells.get(f"{end}_debit") or ZERO, cells.get(f"{end}_credit") or ZERO
        if any(name in row.texts and name not in cells for name in (f"{end}_debit", f"{end}_credit")):
            # One of the two could not be read, and that is told already.
            return
        # A storno stands as a negative debit, and a sum of articles may have both sides: the difference holds for all.
        cells[end] = debit - credit

    def _check_continuity(self, row: Row) -> None:
        cells = row.cells
        ends = [cells.get(end) for end in _ENDS]
        if None in ends or not {"charged", "paid"} <= cells.keys():
            return
        expected = cells["opening"] + (cells["charged"] or ZERO) - (cells["paid"] or ZERO)
        expected += cells.get("corrected") or ZERO
        if expected != cells["closing"]:
            row.warn(
                "balance_break", "closing" if "closing" in row.texts else "closing_debit", expected=exact(expected)
            )

    def amount(self, row: Row) -> Decimal | None:
        """The closing balance."""
        value = row.cells.get("closing")
        return value if isinstance(value, Decimal) else None

    def total_told(self, texts: Mapping[str, str]) -> Decimal | None:
        """The closing balance that a totals row tells, in one column or in a pair."""
        if "closing" in self.context.columns:
            return super().total_told(texts)
        told = []
        for name in ("closing_debit", "closing_credit"):
            try:
                told.append(parse_money(texts.get(name, "")))
            except ValueRefused:
                return None
        debit, credit = told
        return None if debit is None and credit is None else (debit or ZERO) - (credit or ZERO)

    def key(self, row: Row) -> str:
        """Month and article; nothing stands for the whole account."""
        article = row.cells.get("article")
        return join_key(row.cells["period"].isoformat(), article.key if article else "")

    def family(self, key: str) -> str:
        """The month: its rows must agree on their form."""
        return key[:10]

    def values(self, row: Row) -> Values:
        """The sums of the month."""
        cells = row.cells
        values: Values = {name: exact(cells[name]) for name in (*_ENDS, *_MOVEMENTS) if name in cells}
        values["period"] = cells["period"].isoformat()
        values["article"] = cells["article"].key if cells.get("article") else ""
        return values

    def check_family(self, entries: Sequence[Entry]) -> None:
        """Reject a month that has both forms."""
        forms = {entry.key.endswith("|") for entry in entries}
        if len(forms) > 1:
            for entry in entries:
                if not entry.rejected:
                    entry.reject("whole_and_by_article", "article")

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The balances of the entries' accounts and months, whatever their articles; the months around are noted."""
        wanted = {entry.object_key for entry in entries}
        months = {(entry.owner_id, entry.key[:10]) for entry in entries}
        found: dict[ObjectKey, Stored] = {}
        self._forms: dict[tuple[int, str], bool] = {}
        self._chain.begin_page(entries)
        balances = Balance.objects.filter(
            account_id__in={owner for owner, _ in months},
            period__range=(
                next_month(min(month for _, month in months), -1),
                next_month(max(month for _, month in months)),
            ),
        )
        for pk, account, article, withdrawn, period, *sums in balances.values_list(
            "pk", "account_id", "article_key", "withdrawn", "period", *_ENDS, *_MOVEMENTS
        ).iterator():
            month = period.isoformat()
            if not withdrawn:
                self._forms[(account, month)] = not article
                self._chain.remember(account, month, article, sums[0], sums[1])
            key = (account, join_key(month, article), 1)
            if key in wanted:
                values: Values = dict(zip((*_ENDS, *_MOVEMENTS), map(exact, sums), strict=True))
                found[key] = Stored(pk, {**values, "period": month, "article": article}, withdrawn)
        return found

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Compare; a new row whose month is stored in the other form is rejected."""
        month = entry.key[:10]
        form = self._forms.get((entry.owner_id, month))
        # A complete file takes the other form out of force.
        stays = form is not None and not self.context.withdraws(entry.owner_id, date.fromisoformat(month))
        if (stored is None or stored.withdrawn) and stays and form != entry.key.endswith("|"):
            entry.reject("other_form_stored", "article")
            return
        if stored is None and not entry.values.keys() >= set(_ENDS):
            entry.reject("ends_required", "account", entry.owner_label)
            return
        super().judge(entry, stored)
        if entry.values.keys() >= set(_ENDS):
            self._chain.follow(entry, partial(self._tell_break, entry))

    def in_force(self, first: date, last: date) -> Iterator[InForce]:
        """The balances of the months that begin on these days."""
        balances = Balance.objects.filter(period__range=(first, last), withdrawn=False)
        if self.context.branch is not None:
            balances = balances.filter(account__branch=self.context.branch)
        for pk, account, number, article, period, *sums in (
            balances.order_by("account_id", "period", "pk")
            .values_list("pk", "account_id", "account__number", "article_key", "period", *_ENDS, *_MOVEMENTS)
            .iterator()
        ):
            month = period.isoformat()
            values: Values = dict(zip((*_ENDS, *_MOVEMENTS), map(exact, sums), strict=True))
            values |= {"period": month, "article": article}
            yield InForce(account, number, join_key(month, article), 1, Stored(pk, values))

    def _tell_break(self, entry: Entry, code: str, expected: Decimal) -> None:
        end = "opening" if code == "opening_break" else "closing"
        column = end if end in self.context.columns else f"{end}_debit"
        value = as_written(entry.values[end])
        entry.warn(code, column, value, told=value, expected=as_written(exact(expected)))

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand the rows to the balances' own service."""
        articles = ensure_articles(names=self.context.new_articles)
        promote_balances(rows=(_balance(change, articles) for change in changes))

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """Rows to put in force again whose month has come in the other form since."""
        removed = {(entry.owner_id, entry.key[:10]) for entry in entries if entry.status == RowStatus.NEW}
        staying = held(entries, Balance)
        for entry in entries:
            month = (entry.owner_id, entry.key[:10])
            is_other = self._forms.get(month) not in {None, entry.key.endswith("|")}
            if entry.status == RowStatus.WITHDRAWN and is_other and month not in removed:
                staying[entry.object_key] = "other_form_stored"
        return staying

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete balances."""
        remove_balances(ids=(change.pk for change in changes if change.pk is not None))


def _balance(change: Change, articles: ArticleDirectory) -> BalanceRow:
    values: Mapping[str, Any] = change.values
    article = values["article"]
    return BalanceRow(
        pk=change.pk,
        account_id=change.owner_id,
        period=date.fromisoformat(values["period"]),
        article_id=articles.id_of(article) if article else None,
        article_key=articles[article].key if article else "",
        opening=Decimal(values["opening"]),
        charged=exact_decimal(values.get("charged", "")),
        paid=exact_decimal(values.get("paid", "")),
        corrected=exact_decimal(values.get("corrected", "")),
        closing=Decimal(values["closing"]),
        withdrawn=values.get("withdrawn") == "1",
    )
