"""What an act says on its page, in its PDF and in its XLSX: the same in all three."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.reconciliation.messages import line_title
from cabinet_pages.billing.reconciliation.models import Appeal
from cabinet_pages.billing.reconciliation.rules import Act, Line
from cabinet_pages.billing.rules import Side, amount_in_words
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE, pdf_renderer
from cabinet_pages.quantities.money import ZERO
from cabinet_pages.templatetags.cabinet import day, money
from cabinet_pages.utility.models import UtilitySettings

TEMPLATE = "cabinet_pages/billing/reconciliation/act_pdf.html"
#: An act of more lines is nothing to sign, and its PDF would take longer than a person waits.
LINES_AT_MOST = 500
# What no file system of a customer takes in a name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class Sides:
    """A sum as both sides write it, UAH; the consumer's columns mirror the utility's."""

    debit: Decimal | None
    credit: Decimal | None

    @property
    def consumer_debit(self) -> Decimal | None:
        """The consumer's debit: what the utility has on its credit side."""
        return self.credit

    @property
    def consumer_credit(self) -> Decimal | None:
        """The consumer's credit: what the utility has on its debit side."""
        return self.debit

    @property
    def columns(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]:
        """The four sums in the order of the columns."""
        return self.debit, self.credit, self.consumer_debit, self.consumer_credit


@dataclass(frozen=True, slots=True)
class ActRow:
    """A line with its number, its words and its open appeal."""

    number: int
    line: Line
    title: str
    sides: Sides
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class ActDocument:
    """An act with everything that it names.

    Args:
        asked_first: the first day that was asked for; the act may begin later.
        appeals: open appeals by the key of their line.
    """

    utility: UtilitySettings
    scope: Scope
    act: Act
    asked_first: date
    appeals: Mapping[str, Appeal] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """Whose act it is."""
        return self.scope.account

    @property
    def begins_later(self) -> bool:
        """Whether nothing is known of the first days that were asked for."""
        return self.asked_first < self.act.first

    @property
    def utility_name(self) -> str:
        """The utility, by its full name where it has one."""
        return self.utility.full_name or self.utility.short_name

    @property
    def utility_heading(self) -> str:
        """The heading of the utility's columns."""
        return _("By the data of the utility")

    @property
    def consumer_heading(self) -> str:
        """The heading of the consumer's columns."""
        return _("By the data of the consumer")

    @property
    def heading(self) -> str:
        """The document's name."""
        return _("Act of reconciliation of settlements")

    @property
    def period(self) -> str:
        """The days of the act."""
        return _("for the period from %(first)s to %(last)s") % self._days()

    @property
    def contract(self) -> str:
        """The contract and the account."""
        account = self.account
        if account.contract_number and account.contract_date:
            text = _("Contract № %(number)s of %(day)s, account %(account)s")
        elif account.contract_number:
            text = _("Contract № %(number)s, account %(account)s")
        elif account.contract_date:
            text = _("Contract of %(day)s, account %(account)s")
        else:
            text = _("Account %(account)s")
        return text % {
            "number": account.contract_number,
            "day": day(account.contract_date),
            "account": account.number,
        }

    @property
    def preamble(self) -> str:
        """Who has reconciled what with whom."""
        return _(
            "We, the undersigned, the utility %(utility)s on the one side and the consumer %(customer)s on the other "
            "side, have made this act to the effect that we reconciled our settlements for "
            "the period from %(first)s to %(last)s, and as of %(last)s their state is as follows:"
        ) % {
            **self._days(),
            "utility": _with_code(self.utility_name, _("EDRPOU code"), self.utility.edrpou),
            "customer": self._customer(),
        }

    @property
    def rows(self) -> list[ActRow]:
        """The lines in the order of their days."""
        return [
            ActRow(number, line, line_title(line), Sides(line.debit, line.credit), self.appeals.get(line.key))
            for number, line in enumerate(self.act.lines, start=1)
        ]

    @property
    def opening(self) -> Sides:
        """The opening balance."""
        return _balance_sides(self.act.opening)

    @property
    def turnover(self) -> Sides:
        """The sums of the lines."""
        return Sides(self.act.debit, self.act.credit)

    @property
    def closing(self) -> Sides:
        """The closing balance."""
        return _balance_sides(self.act.closing)

    @property
    def opening_label(self) -> str:
        """The name of the opening balance."""
        return _("Balance on %(first)s") % self._days()

    @property
    def closing_label(self) -> str:
        """The name of the closing balance."""
        return _("Balance at the end of %(last)s") % self._days()

    @property
    def statement(self) -> str:
        """Who owes whom how much, with the sum in Ukrainian words."""
        stated = self.act.stated_closing
        if stated is None or stated.side is Side.SETTLED:
            return _("As of %(last)s neither side owes the other anything.") % self._days()
        if stated.side is Side.DEBT:
            text = _(
                "As of %(last)s the debt in favour of the utility, %(side)s, is %(amount)s UAH with VAT (%(words)s)."
            )
        else:
            text = _(
                "As of %(last)s the debt in favour of the consumer, %(side)s, is %(amount)s UAH with VAT (%(words)s)."
            )
        return text % {
            **self._days(),
            "side": self.utility_name if stated.side is Side.DEBT else self.account.customer.name,
            "amount": money(stated.amount, "plain"),
            "words": amount_in_words(stated.amount),
        }

    @property
    def vat_note(self) -> str:
        """That sums are with VAT, and how much VAT the charges hold."""
        return _("All sums are with VAT, in UAH. VAT in the invoices of the period: %(vat)s UAH.") % {
            "vat": money(self.act.vat, "plain")
        }

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the figures."""
        notes = [self.vat_note]
        if self.begins_later:
            notes.append(
                _("Data of this account are known from %(first)s, so the act begins on that day.") % self._days()
            )
        if self.act.is_unclear:
            notes.append(
                _(
                    "Lines “not posted / being clarified” are differences between the documents known to the cabinet "
                    "and the sums of the settlement system; the branch is clarifying them."
                )
            )
        return notes

    @property
    def sides(self) -> list[tuple[str, str, str]]:
        """The signature blocks: the side, and the position and name of who signs for it where they are known."""
        return [
            (self.utility_name, self.utility.signatory_position or _("Head"), self.utility.signatory_name),
            (self.account.customer.name, _("Head"), ""),
        ]

    def _customer(self) -> str:
        customer = self.account.customer
        label = _("RNOKPP code") if customer.has_personal_code else _("EDRPOU code")
        return _with_code(customer.name, label, customer.code)

    def _days(self) -> dict[str, str]:
        return {"first": day(self.act.first), "last": day(self.act.last)}


def act_pdf(document: ActDocument) -> bytes:
    """The act as PDF. Raises PdfFailed."""
    return pdf_renderer().render(TEMPLATE, {"document": document})


def file_name(document: ActDocument, extension: str) -> str:
    """The name under which a customer saves the act, in Ukrainian, fit for every file system."""
    with translation.override(DOCUMENT_LANGUAGE):
        name = _("Act of reconciliation %(account)s from %(first)s to %(last)s") % {
            "account": document.account.number,
            "first": day(document.act.first),
            "last": day(document.act.last),
        }
    return f"{_NOT_IN_NAMES.sub('-', name).strip()}.{extension}"


def _balance_sides(balance: Decimal) -> Sides:
    """A balance on the side that it belongs to; a settled one is a zero on both."""
    return Sides(
        debit=balance if balance > 0 else ZERO if balance == 0 else None,
        credit=-balance if balance < 0 else ZERO if balance == 0 else None,
    )


def _with_code(name: str, label: str, code: str) -> str:
    return f"{name} ({label} {code})" if code else name
