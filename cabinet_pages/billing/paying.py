"""What is left to pay of an invoice, as payments: one for each IBAN, with its code and its text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from cabinet_pages.articles.models import Article
from cabinet_pages.billing.models import Invoice, InvoiceLine, InvoiceState
from cabinet_pages.billing.payment_codes.payload import (
    LIMITS,
    CodeRefused,
    CodeVersion,
    PaymentOrder,
    payment_address,
    recipient_name,
)
from cabinet_pages.billing.payment_codes.symbol import payment_symbol
from cabinet_pages.billing.payment_codes.wording import PurposeFacts, payment_purpose, payment_text
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.printing.qr import QUIET_ZONE, QrPicture, qr_image, qr_picture
from cabinet_pages.quantities.money import ZERO, round_money, total
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

# The sign that the rules of the NBU want in the middle of every code.
BADGE = "₴"


class Part(Protocol):
    """An article of an invoice, UAH: what is paid of it, what of that by the invoice itself, what is left to pay, and
    what was paid online and is not booked yet.
    """

    @property
    def article(self) -> Article | None: ...

    @property
    def gross(self) -> Decimal: ...

    @property
    def paid(self) -> Decimal: ...

    @property
    def credited(self) -> Decimal: ...

    @property
    def unpaid(self) -> Decimal: ...

    @property
    def awaited(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class PaymentOffer:
    """A payment of an invoice's remainder to one IBAN.

    Args:
        order: what is paid.
        bank: of the payee.
        articles: names of what is paid.
        address: what the code holds; '' where no code can be made.
        symbol: its picture by segno; None likewise.
        refusal: why there is no code, a code of `CodeRefused`; '' where there is one.
        parts: what is paid, by article.
    """

    order: PaymentOrder
    bank: str
    articles: tuple[str, ...]
    address: str = ""
    symbol: Any = None
    refusal: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def picture(self) -> QrPicture:
        """The code for a page."""
        return qr_picture(self.symbol, badge=True)

    @property
    def image(self) -> str:
        """The code for a document, as a `data:` address."""
        return qr_image(self.symbol, badge=BADGE)

    @property
    def millimetres(self) -> str:
        """The side of the picture on paper: half a millimetre for each module, as item 17 of the rules advises."""
        return f"{(len(self.symbol.matrix) + 2 * QUIET_ZONE) / 2:g}"

    @property
    def text(self) -> str:
        """All requisites on one line."""
        return payment_text(self.order, bank=self.bank)

    @property
    def why_no_code(self) -> str:
        """A sentence for whoever looks for the code in vain."""
        if self.refusal in ("recipient_missing", "recipient_code", "iban"):
            return _("There is no code, because the payee's details are incomplete; pay by the details below.")
        if self.refusal == "amount":
            return _("There is no code, because the sum is larger than one may hold; pay by the details below.")
        return _("There is no code, because the details do not fit into one; pay by the details below.")


def payment_offers(
    *,
    utility: UtilitySettings,
    accounts: Sequence[PayeeAccount],
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    parts: Sequence[Part],
) -> list[PaymentOffer]:
    """Payments for what is left of an invoice: none for an annulled one, and none where nothing is due.

    Args:
        utility: the payee.
        accounts: its IBANs by article; an account without an article serves all others.
        invoice: with its account.
        lines: of the invoice; they say what VAT is in an article's sum.
        parts: articles with what is left to pay of them.

    Returns:
        an offer for each IBAN, in the order of the parts; what no account takes is in none.
    """
    due = [part for part in parts if part.unpaid > 0]
    if invoice.state == InvoiceState.ANNULLED or not due:
        return []
    by_account: dict[str, list[Part]] = {}
    named: dict[str, PayeeAccount] = {}
    for part in due:
        account = _account_of(part.article, accounts)
        if account is not None:
            named[account.iban] = account
            by_account.setdefault(account.iban, []).append(part)
    vat_of = _vat_by_article(lines)
    return [_offer(utility, invoice, named[iban], own, vat_of) for iban, own in by_account.items()]


def payee_accounts_for(accounts: Sequence[PayeeAccount], articles: set[int]) -> list[PayeeAccount]:
    """IBANs to which articles are paid: the articles' own, and the general ones for the rest.

    Args:
        accounts: of the utility.
        articles: primary keys of the articles of an invoice's lines.
    """
    own = [account for account in accounts if account.article_id in articles]
    covered = {account.article_id for account in own}
    general = [account for account in accounts if account.article_id is None]
    return own + general if articles - covered or not own else own


def part_vat(unpaid: Decimal, *, gross: Decimal, vat: Decimal) -> Decimal:
    """The VAT within the unpaid part of a sum, UAH, half-up: such a part of the whole tax as is left to pay."""
    return vat if unpaid == gross or not gross else round_money(vat * unpaid / gross)


def _account_of(article: Article | None, accounts: Sequence[PayeeAccount]) -> PayeeAccount | None:
    own = (one for one in accounts if article is not None and one.article_id == article.pk)
    general = (one for one in accounts if one.article_id is None)
    return next(own, None) or next(general, None)


def _vat_by_article(lines: Iterable[InvoiceLine]) -> dict[int | None, tuple[Decimal, Decimal]]:
    """Sums with VAT, and VAT, of articles; under None those of the whole invoice.

    A negative line pays like a payment, so it changes what is left and not what part of it is tax.
    """
    found: dict[int | None, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.gross <= 0:
            continue
        for key in (line.article_id, None):
            gross, vat = found.get(key, (ZERO, ZERO))
            found[key] = (gross + line.gross, vat + line.vat)
    return found


def _offer(
    utility: UtilitySettings,
    invoice: Invoice,
    account: PayeeAccount,
    parts: Sequence[Part],
    vat_of: dict[int | None, tuple[Decimal, Decimal]],
) -> PaymentOffer:
    version = CodeVersion(cabinet_settings.PAYMENT_CODE_VERSION)
    tax = ZERO
    for part in parts:
        gross, vat = vat_of.get(part.article.pk if part.article else None, (ZERO, ZERO))
        tax += part_vat(part.unpaid, gross=gross, vat=vat)
    articles = tuple(part.article.name for part in parts if part.article)
    facts = PurposeFacts(
        account=invoice.account.number,
        number=invoice.number,
        issued_on=invoice.issued_on,
        articles=articles,
        period=invoice.period,
        vat=tax,
    )
    order = PaymentOrder(
        recipient=recipient_name(utility.full_name, utility.short_name, version),
        recipient_code=utility.edrpou,
        iban=account.iban,
        amount=total(part.unpaid for part in parts),
        purpose=payment_purpose(facts, room=LIMITS[version].purpose),
        reference=invoice.number,
    )
    bank = account.bank_name or utility.bank_name
    try:
        address = payment_address(order, version)
        symbol = payment_symbol(address, version)
    except CodeRefused as refused:
        return PaymentOffer(order, bank, articles, refusal=refused.code, parts=tuple(parts))
    return PaymentOffer(order, bank, articles, address, symbol, parts=tuple(parts))
