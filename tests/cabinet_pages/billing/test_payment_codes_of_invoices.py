"""The payment codes of an invoice: decoded from the rendered page of the PDF, and from the page of the cabinet."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.test import override_settings
from PIL import Image, ImageDraw

from cabinet_pages.billing.documents import document_of, owner_scope
from cabinet_pages.billing.invoice_pdf import invoice_pdf
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.paying import part_vat
from tests import factories
from tests.cabinet_pages.billing.payees import IBAN, OTHER_IBAN, make_utility
from tests.cabinet_pages.billing.payment_codes.official import START, Read, read
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

ENERGY, PENALTY = "Активна електроенергія", "Пеня"


def decoded(picture: Any) -> list[str]:
    """The addresses of the payment codes in a picture."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return [one.text for one in found if one.text.startswith(START)]


def codes_of_pdf(content: bytes) -> list[Read]:
    """What the codes of a PDF say, read from its rendered pages."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [read(text) for page in document for text in decoded(page.render(scale=3).to_pil())]
    finally:
        document.close()


def codes_of_page(markup: str) -> list[Read]:
    """What the codes of a page say, drawn from their paths; the badge in the middle too."""
    found = []
    for svg in re.findall(
        r'<svg viewBox="0 0 \d+ \d+" shape-rendering="crispEdges" role="img".*?</svg>', markup, re.DOTALL
    ):
        scale = 6
        side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0]) * scale
        picture = Image.new("L", (side, side), 255)
        draw = ImageDraw.Draw(picture)
        for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
            left, top = int(column) * scale, int(row) * scale
            draw.rectangle((left, top, left + int(length) * scale - 1, top + scale - 1), fill=0)
        centre, radius = (float(re.findall(rf'{name}="([\d.]+)"', svg)[0]) * scale for name in ("cx", " r"))
        draw.circle((centre, centre), radius, fill=255)
        found += decoded(picture)
    return [read(address) for address in found]


def document(invoice: Invoice) -> Any:
    return document_of(make_utility(), owner_scope(invoice.account), invoice)


def test_the_code_of_the_rendered_page_is_what_the_rules_want(account: Any) -> None:
    invoice = factories.make_invoice(account, "ВН-7/26", date(2026, 2, 28), lines=["1234.56"])
    [code] = codes_of_pdf(invoice_pdf(document(invoice)))
    assert code.fields == {
        "mark": "BCD",
        "version": "002",
        "encoding": "2",
        "function": "UCT",
        "bic": "",
        "recipient": "АТ «Вінницяобленерго»",
        "iban": IBAN,
        "amount": "UAH1234.56",
        "code": "00130694",
        "target": "",
        "reference": "",
        "purpose": "о/р 80-431930, рахунок № ВН-7/26 від 28.02.2026, Активна електроенергія, за лютий 2026, "
        "у т.ч. ПДВ 205,76 грн",
        "display": "",
    }


def test_the_page_shows_the_same_code_with_its_text_and_no_script(account: Any) -> None:
    make_utility()
    user = factories.make_user()
    factories.grant(user, account)
    invoice = factories.make_invoice(account, "5", date(2026, 2, 28), lines=["1234.56"])
    answer = visit(client_of(user), f"invoices/80-431930/{invoice.uuid}/")
    markup = answer.response.content.decode()
    [code] = codes_of_page(markup)
    assert (code.iban, code.amount) == (IBAN, "UAH1234.56")
    assert "Сплатити за QR" in answer.text
    assert f"IBAN: {IBAN}; Банк: АТ «Ощадбанк»; Сума: 1234,56 грн; Призначення платежу: о/р 80-431930" in answer.text
    assert "<script" not in markup
    assert " style=" not in markup


def test_what_was_paid_is_not_asked_for_again(account: Any) -> None:
    invoice = factories.make_invoice(account, lines=["1200.00"])
    factories.make_payment(account, date(2026, 2, 5), "200.00")
    [code] = codes_of_pdf(invoice_pdf(document(invoice)))
    assert code.amount == "UAH1000"
    # Of the tax, such a part as is left to pay of the sum.
    assert code.purpose.endswith("у т.ч. ПДВ 166,67 грн")


@pytest.mark.parametrize(
    "fields",
    [{"lines": ["-120.00"]}, {"lines": ["0.00"]}, {"state": "annulled"}, {"lines": ["100.00"], "paid": "100.00"}],
    ids=["in favour of the consumer", "nothing", "annulled", "paid"],
)
def test_where_nothing_is_due_there_is_no_code(account: Any, fields: dict[str, Any]) -> None:
    paid = fields.get("paid")
    invoice = factories.make_invoice(account, **{name: value for name, value in fields.items() if name != "paid"})
    if paid:
        factories.make_payment(account, date(2026, 2, 5), paid)
    assert document(invoice).offers == []
    assert codes_of_pdf(invoice_pdf(document(invoice))) == []


def test_articles_of_two_accounts_have_a_code_each_with_their_own_tax(account: Any) -> None:
    energy, penalty = factories.make_article(ENERGY), factories.make_article(PENALTY, carries_vat=False)
    invoice = factories.make_invoice(account, lines=["600.00", "50.00"], article=energy)
    line = invoice.lines.order_by("position").last()
    assert line is not None
    line.article, line.vat, line.net = penalty, Decimal("0.00"), Decimal("50.00")
    line.save()
    utility = make_utility(**{OTHER_IBAN: penalty})
    found = {code.iban: code for code in codes_of_pdf(invoice_pdf(document_of(utility, owner_scope(account), invoice)))}
    assert set(found) == {IBAN, OTHER_IBAN}
    assert (found[IBAN].amount, found[OTHER_IBAN].amount) == ("UAH600", "UAH50")
    assert "Активна електроенергія, за січень 2026, у т.ч. ПДВ 100,00 грн" in found[IBAN].purpose
    assert "Пеня, за січень 2026, без ПДВ" in found[OTHER_IBAN].purpose


def test_003_by_a_setting(account: Any) -> None:
    invoice = factories.make_invoice(account, "5", lines=["10.00"])
    with override_settings(WAGTAIL_CABINET={"PAYMENT_CODE_VERSION": "003"}):
        [code] = codes_of_pdf(invoice_pdf(document(invoice)))
    # Its recipient may be longer, so the full name has room.
    assert (code.version, code.reference, code.recipient) == ("003", "5", 'Акціонерне товариство "Вінницяобленерго"')


def test_without_the_payees_code_there_are_details_and_a_reason(account: Any) -> None:
    utility = make_utility()
    utility.edrpou = ""
    invoice = factories.make_invoice(account, lines=["10.00"])
    [offer] = document_of(utility, owner_scope(account), invoice).offers
    assert (offer.refusal, offer.address) == ("recipient_code", "")
    assert IBAN in offer.text
    assert "реквізити отримувача неповні" in offer.why_no_code


def test_without_an_account_nothing_is_offered(account: Any) -> None:
    utility = make_utility()
    utility.payee_accounts.all().delete()
    invoice = factories.make_invoice(account, lines=["10.00"])
    assert document_of(utility, owner_scope(account), invoice).offers == []


def test_the_tax_of_all_parts_is_the_tax_of_the_whole() -> None:
    whole = part_vat(Decimal("1000.00"), gross=Decimal("1000.00"), vat=Decimal("166.67"))
    half = part_vat(Decimal("500.00"), gross=Decimal("1000.00"), vat=Decimal("166.67"))
    assert (whole, half) == (Decimal("166.67"), Decimal("83.34"))
    assert part_vat(Decimal("5.00"), gross=Decimal("0.00"), vat=Decimal("0.00")) == 0
