"""Kind `accounts`: accounts, their contracts and their customers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.services import close_accesses_of_accounts
from cabinet_pages.accounts.models import Account, DistributionPayer
from cabinet_pages.accounts.rules import customer_key, is_new_owner
from cabinet_pages.accounts.services import AccountRow, CustomerIdentity, promote_accounts
from cabinet_pages.clock import kyiv_date
from cabinet_pages.conf import cabinet_settings
from imports.models import ImportBatch
from imports.resources.base import (
    Change,
    Entry,
    ImportColumn,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
)
from imports.resources.references import names_account, names_branch
from imports.resources.rows import exact_date
from imports.resources.schedules import parse_schedule
from imports.values import (
    clean_text,
    parse_choice,
    parse_customer_code,
    parse_date,
    parse_integer,
)

PAYERS = {"споживач": DistributionPayer.CONSUMER.value, "постачальник": DistributionPayer.SUPPLIER.value}
_IDENTITY = ("name", "code", "erp_code", "vat_number")
_TERMS = (
    "physical_address", "legal_address", "contract_number", "contract_date", "terminated_on", "payment_form",
    "bank_account", "settlement_day", "area", "supplier", "distribution_payer", "prepayment_schedule", "email", "phone",
)  # fmt: skip


def _text(length: int) -> Any:
    return partial(clean_text, max_length=length)


class AccountResource(KindResource):
    """Accounts by number, unique in the utility; a changed code or ERP code is a change of owner."""

    kind: ClassVar[str] = "accounts"
    title = _("Accounts")
    key_columns = ("number",)
    account_column = ""
    messages = {
        "account_of_other_branch": _("Account %(account)s belongs to another branch, not to %(branch)s."),
        "branch_required": _("A new account needs its branch."),
        "not_a_settlement_day": _("“%(value)s” is not a settlement day: 0 to 31."),
        "not_a_schedule": _("“%(value)s” is not a prepayment schedule; day:%%; day:%% is expected."),
        "customer_named_differently": _(
            "Row %(first)s gives this customer other details; those of the first row are taken."
        ),
    }

    number = names_account("number")
    name = ImportColumn(
        "Замовник",
        _text(255),
        synonyms=("Споживач", "Абонент", "Назва споживача", "Найменування"),
        required=True,
        free_text=True,
        attribute="customer__name",
    )
    code = ImportColumn(
        "код ЄДРПОУ",
        parse_customer_code,
        synonyms=("ЄДРПОУ", "код ЄДР", "Код ЕДРПОУ", "ЄДРПОУ/РНОКПП", "код ЄДРПОУ/РНОКПП", "РНОКПП"),
        numeric=True,
        attribute="customer__code",
    )
    erp_code = ImportColumn("Код контрагента", _text(60), synonyms=("Контрагент код",), attribute="customer__erp_code")
    vat_number = ImportColumn("ІПН", _text(12), synonyms=("Код платника ПДВ",), attribute="customer__vat_number")
    physical_address = ImportColumn(
        "Фізична адреса", _text(255), synonyms=("Адреса", "Фактична адреса"), free_text=True,
        attribute="physical_address",
    )  # fmt: skip
    legal_address = ImportColumn("Юридична адреса", _text(255), free_text=True, attribute="legal_address")
    contract_number = ImportColumn(
        "№ договору", _text(60), synonyms=("Номер договору", "Договір"), attribute="contract_number"
    )
    contract_date = ImportColumn(
        "Дата підписання договору", parse_date, synonyms=("Дата договору",), numeric=True, attribute="contract_date"
    )
    terminated_on = ImportColumn("Дата розірвання договору", parse_date, numeric=True, attribute="terminated_on")
    payment_form = ImportColumn("Форма оплати", _text(80), attribute="payment_form")
    bank_account = ImportColumn(
        "Контокорентний рахунок", _text(120), synonyms=("Розрахунковий рахунок",), attribute="bank_account"
    )
    settlement_day = ImportColumn("Розрахунковий день", parse_integer, attribute="settlement_day")
    branch = names_branch("branch__code", "Філія")
    area = ImportColumn("Дільниця", _text(120), attribute="area")
    supplier = ImportColumn(
        "Електропостачальник", _text(255), synonyms=("Постачальник",), free_text=True, attribute="supplier"
    )
    distribution_payer = ImportColumn(
        "Хто сплачує за розподіл", partial(parse_choice, choices=PAYERS), attribute="distribution_payer"
    )
    prepayment_schedule = ImportColumn("Графік попередньої оплати", parse_schedule, attribute="prepayment_schedule")
    email = ImportColumn("E-mail", _text(254), synonyms=("Email", "Електронна пошта", "Ел. пошта"), attribute="email")
    phone = ImportColumn("Телефон", _text(60), synonyms=("Телефони",), attribute="phone")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Customers met in the file: key → row and details of the first row that named them.
        self._met: dict[str, tuple[int, dict[str, str]]] = {}
        self._stored_branch: dict[str, int] = {}

    def prepare(self, rows: Sequence[Row]) -> None:
        """Resolve branches, hold to the branch rule, and give one customer one set of details."""
        self.resolve_branches(rows)
        stored = self._accounts({number for row in rows if (number := row.cells.get("number"))})
        for row in rows:
            number = row.cells.get("number")
            if number:
                self._check_branch(row, number, stored.get(number))
                self._check_values(row)
                self._unify(row, number, stored.get(number))

    def _check_branch(self, row: Row, number: str, stored: Mapping[str, Any] | None) -> None:
        branch = self.context.branch
        if stored is None:
            if row.branch is None and not row.rejected:
                row.reject("branch_required", "branch")
        elif branch is not None and stored["branch_id"] != branch.pk:
            row.reject("account_of_other_branch", "number", account=number, branch=branch.code)
        elif row.branch is None and not row.cells.get("branch"):
            row.branch = self.context.branches[stored["branch_id"]]

    def _check_values(self, row: Row) -> None:
        cells = row.cells
        code = cells.get("code")
        if code is not None and not isinstance(code, str):
            cells["code"] = code.code
            if code.warning:
                row.warn(code.warning, "code", value=code.code)
        day = cells.get("settlement_day")
        if day is not None and not 0 <= day <= 31:
            row.reject("not_a_settlement_day", "settlement_day", value=day)
        if "distribution_payer" in cells and cells["distribution_payer"] is None:
            cells["distribution_payer"] = DistributionPayer.CONSUMER.value

    def _unify(self, row: Row, number: str, stored: Mapping[str, Any] | None) -> None:
        """Rows of one customer in one file agree on its details, or every import would change them back and forth."""
        if row.rejected:
            return
        given = {name: exact(row.cells[name]) for name in _IDENTITY if name in row.cells}
        told = _identity(given, {name: stored[f"customer_{name}"] for name in _IDENTITY} if stored else {})
        key = customer_key(erp_code=told["erp_code"], code=told["code"], name=told["name"], account_number=number)
        first_row, first = self._met.setdefault(key, (row.number, told))
        if first != told:
            row.warn("customer_named_differently", "name", first=first_row)
            row.cells.update({name: first[name] for name in _IDENTITY if name in row.cells})

    def key(self, row: Row) -> str:
        """The account's number."""
        return str(row.cells["number"])

    def label(self, row: Row) -> str:
        """The account's number."""
        return str(row.cells["number"])

    def values(self, row: Row) -> Values:
        """What the file says of the account, its customer and its branch."""
        cells = row.cells
        values: Values = {name: exact(cells[name]) for name in (*_IDENTITY, *_TERMS) if name in cells}
        values["number"] = cells["number"]
        values["branch"] = row.branch.code if row.branch else ""
        return values

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The accounts of the entries with their customers."""
        found: dict[ObjectKey, Stored] = {}
        branches = self.context.branches
        for number, row in self._accounts({entry.key for entry in entries}).items():
            values: Values = {name: row[f"customer_{name}"] for name in _IDENTITY}
            values |= {name: exact(row[name]) for name in _TERMS}
            values["number"] = number
            values["branch"] = branches[row["branch_id"]].code
            values["owned_since"] = exact(row["owned_since"])
            found[(0, number, 1)] = Stored(row["pk"], values)
        return found

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Tell a change of owner and a move to another branch from plain changes."""
        told = dict(entry.values)
        super().judge(entry, stored)
        if stored is None or entry.before is None:
            return
        old = stored.values
        new = {**old, **told}
        if _has_new_owner(old, new):
            entry.change = "owner"
            # What the file does not say of the new customer is not known; it is never the earlier one's.
            entry.values |= _identity({name: told[name] for name in _IDENTITY if name in told}, old)
            entry.values["owned_since"] = exact(kyiv_date(self.context.as_of))
            entry.before = {name: old[name] for name, value in entry.values.items() if old[name] != value}
            entry.before["owned_since"] = old["owned_since"]
        elif old["branch"] != new["branch"]:
            entry.change = "moved"
        elif old["name"] != new["name"]:
            entry.change = "renamed"

    def promote(self, changes: Iterator[Change]) -> None:
        """Write accounts and customers; where the owner changed, close what people had."""
        branches = {branch.code: branch.pk for branch in self.context.branches.values()}
        passed_on: list[int] = []

        def rows() -> Iterator[AccountRow]:
            for change in changes:
                if change.change == "owner" and change.pk is not None:
                    passed_on.append(change.pk)
                yield _account_row(change, branches)

        promote_accounts(rows=rows(), branch=self.context.branch)
        if passed_on:
            closed = close_accesses_of_accounts(
                account_ids=passed_on,
                reason=_now("The account has passed to another customer."),
                by=self.context.by,
                event=f"import:{self.context.batch_id}:",
                mail_delay=timedelta(minutes=cabinet_settings.IMPORT_MAIL_DELAY),
            )
            # Undo opens them again.
            ImportBatch.objects.filter(pk=self.context.batch_id).update(
                effects={"closed_accesses": [access.access_id for access in closed]}
            )

    def _accounts(self, numbers: set[str]) -> dict[str, dict[str, Any]]:
        rows = Account.objects.filter(number__in=numbers).values(
            "pk", "number", "branch_id", "owned_since", *_TERMS, **_CUSTOMER
        )
        return {row["number"]: row for row in rows}


def _identity(given: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """The customer's details: what the file lacks stays as stored, unless the file tells of another customer."""
    told = {name: given.get(name, stored.get(name, "")) for name in _IDENTITY}
    if stored and _has_new_owner(stored, told):
        return {name: given.get(name, "") for name in _IDENTITY}
    return told


def _has_new_owner(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    return is_new_owner(
        old_code=old["code"],
        old_erp_code=old["erp_code"],
        old_name=old["name"],
        code=new["code"],
        erp_code=new["erp_code"],
        name=new["name"],
    )


_CUSTOMER = {f"customer_{name}": F(f"customer__{name}") for name in _IDENTITY}


def _account_row(change: Change, branches: Mapping[str, int]) -> AccountRow:
    values = change.values
    settlement_day = values.get("settlement_day", "")
    return AccountRow(
        pk=change.pk,
        number=values["number"],
        branch_id=branches[values["branch"]],
        customer=CustomerIdentity(*(values.get(name, "") for name in _IDENTITY)),
        physical_address=values.get("physical_address", ""),
        legal_address=values.get("legal_address", ""),
        contract_number=values.get("contract_number", ""),
        contract_date=exact_date(values.get("contract_date", "")),
        terminated_on=exact_date(values.get("terminated_on", "")),
        payment_form=values.get("payment_form", ""),
        bank_account=values.get("bank_account", ""),
        settlement_day=int(settlement_day) if settlement_day else None,
        area=values.get("area", ""),
        supplier=values.get("supplier", ""),
        distribution_payer=values.get("distribution_payer") or DistributionPayer.CONSUMER.value,
        prepayment_schedule=values.get("prepayment_schedule", ""),
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        owned_since=exact_date(values.get("owned_since", "")),
    )
