"""Kind `accounts`: accounts, their contracts and their customers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.queries import accounts_opened_since, confirmed_requests
from cabinet_pages.access.services import close_accesses_of_accounts, reopen_accounts
from cabinet_pages.accounts.models import Account, Customer, DistributionPayer
from cabinet_pages.accounts.restoration import (
    EarlierAccount,
    remove_accounts,
    restore_accounts,
    restore_customers,
)
from cabinet_pages.accounts.rules import customer_key, is_new_owner
from cabinet_pages.accounts.services import (
    AccountRow,
    CustomerChange,
    CustomerIdentity,
    customers_by_key,
    promote_accounts,
)
from cabinet_pages.clock import kyiv_date
from cabinet_pages.conf import cabinet_settings
from imports.models import BatchRow, ImportBatch, RowStatus
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
from imports.resources.standing import held
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
    tables = (Account, Customer)
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
        "new_owner_at_work": _("The new customer of account %(account)s has access to it or a code for it."),
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
        self._unify([row for row in rows if row.cells.get("number") and not row.rejected], stored)

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

    def _unify(self, rows: Sequence[Row], stored: Mapping[str, Mapping[str, Any]]) -> None:
        """Rows of one customer in one file agree on its details, or every import would change them back and forth.

        What the file lacks of a customer that is known already stays as it is known, whose account ever the row is.
        """
        met = []
        for row in rows:
            account = stored.get(row.cells["number"])
            given = {name: exact(row.cells[name]) for name in _IDENTITY if name in row.cells}
            told = _identity(given, {name: account[f"customer_{name}"] for name in _IDENTITY} if account else {})
            key = _customer_key(told, row.cells["number"])
            own = f"{key}@{row.branch.code}"[:300] if row.branch else key
            met.append((row, given, told, key, own, account is not None and account["customer_key"] in (key, own)))
        known = customers_by_key({one for *_, key, own, stays in met if not stays for one in (key, own)})
        for row, given, told, key, own, stays in met:
            record = None if stays else known.get(own) or known.get(key)
            if record is not None:
                told = {**record[1]._asdict(), **given}
                row.cells.update(told)
            first_row, first = self._met.setdefault(key, (row.number, told))
            if any(first[name] != value for name, value in given.items()):
                row.warn("customer_named_differently", "name", first=first_row)
            if first != told:
                row.cells.update(first)

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
            values["customer_key"] = row["customer_key"]
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
        del entry.values["customer_key"]
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
        # Which customer's record it was is for undo alone; no file says it.
        entry.before["customer_key"] = old["customer_key"]

    def promote(self, changes: Iterator[Change]) -> None:
        """Write accounts and customers; where the owner changed, close what people had."""
        branches = {branch.code: branch.pk for branch in self.context.branches.values()}
        passed_on: list[int] = []

        def rows() -> Iterator[AccountRow]:
            for change in changes:
                if change.change == "owner" and change.pk is not None:
                    passed_on.append(change.pk)
                yield _account_row(change, branches)

        customers = promote_accounts(rows=rows(), branch=self.context.branch)
        effects: dict[str, Any] = {"customers": customers} if customers else {}
        if passed_on:
            effects["refused_requests"] = list(confirmed_requests(passed_on).values_list("pk", flat=True))
            closed = close_accesses_of_accounts(
                account_ids=passed_on,
                reason=_now("The account has passed to another customer."),
                by=self.context.by,
                event=f"import:{self.context.batch_id}:",
                mail_delay=timedelta(minutes=cabinet_settings.IMPORT_MAIL_DELAY),
            )
            effects["closed_accesses"] = [access.access_id for access in closed]
        if effects:
            ImportBatch.objects.filter(pk=self.context.batch_id).update(effects=effects)

    # --- undo -----------------------------------------------------------------------------------------------------

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """Who pays for distribution where no column says so."""
        return {"distribution_payer": DistributionPayer.CONSUMER.value, "customer_key": None}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New accounts that anything stands on, and changes of customer that the new one has made use of."""
        staying = held(entries, Account)
        passed = {entry.object_id: entry for entry in entries if entry.change == "owner" and entry.object_id}
        if passed and self._batch.finished_at is not None:
            used = accounts_opened_since(passed, self._batch.finished_at)
            staying |= {passed[pk].object_key: "new_owner_at_work" for pk in used}
        return staying

    def restore(self, changes: Iterator[Change]) -> None:
        """Give accounts back to the customers' records that they belonged to."""
        branches = {branch.code: branch.pk for branch in self.context.branches.values()}

        def rows() -> Iterator[EarlierAccount]:
            for change in changes:
                values = change.values
                key = values.get("customer_key") or _customer_key(values, values["number"])
                yield EarlierAccount(_account_row(change, branches), key)

        restore_accounts(rows=rows())

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete accounts, and customers that nobody uses any more."""
        remove_accounts(ids=(change.pk for change in changes if change.pk is not None))

    def retract(self) -> None:
        """Customers get back what no row tells of; accesses and requests of the earlier customers are open again.

        Mails about accounts whose change of customer stays are sent.
        """
        effects = self._batch.effects
        restore_customers(
            changes=(
                CustomerChange(key, CustomerIdentity(*before), CustomerIdentity(*after))
                for key, before, after in effects.get("customers", [])
            )
        )
        owners = BatchRow.objects.filter(change="owner", status=RowStatus.CHANGED)
        given_back = owners.filter(batch__undoes=self.context.batch_id).values("object_id")
        kept = owners.filter(batch=self.context.batch_id).exclude(object_id__in=given_back)
        reopen_accounts(
            access_ids=effects.get("closed_accesses", []),
            request_ids=effects.get("refused_requests", []),
            kept_accounts={pk for pk in kept.values_list("object_id", flat=True) if pk is not None},
            event=f"import:{self.context.batch_id}:",
            by=self.context.by,
        )

    @cached_property
    def _batch(self) -> ImportBatch:
        return ImportBatch.objects.get(pk=self.context.batch_id)

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


def _customer_key(told: Mapping[str, str], number: str) -> str:
    return customer_key(erp_code=told["erp_code"], code=told["code"], name=told["name"], account_number=number)


_CUSTOMER = {f"customer_{name}": F(f"customer__{name}") for name in (*_IDENTITY, "key")}


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
