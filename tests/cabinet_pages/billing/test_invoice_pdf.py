"""The PDF of an invoice: its words, its fonts, and what hostile names cannot do."""

import io
import logging
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import override_settings
from django.urls import reverse
from pypdf import PdfReader

from cabinet_pages.billing.models import InvoiceLine
from cabinet_pages.printing.rendering import ASSETS, PdfFailed, PdfRenderer, Xhtml2PdfRenderer, pdf_renderer
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings
from tests import factories
from tests.support.windows import client_of

pytestmark = pytest.mark.django_db


class EchoRenderer(PdfRenderer):
    """A renderer of a stranger: names the template."""

    def __init__(self, *, prefix: str = "") -> None:
        self.prefix = prefix

    def render(self, template: str, context: Mapping[str, Any]) -> bytes:
        return f"{self.prefix}{template}".encode()


@pytest.fixture
def account() -> Any:
    factories.make_site()
    return factories.make_account("80-431930", contract_number="1234/05")


@pytest.fixture
def client(account: Any) -> Any:
    user = factories.make_user()
    factories.grant(user, account)
    return client_of(user)


def set_utility(**fields: Any) -> UtilitySettings:
    from wagtail.models import Site

    utility = UtilitySettings.for_site(Site.objects.get(is_default_site=True))
    for name, value in fields.items():
        setattr(utility, name, value)
    return utility


def pdf_of(client: Any, invoice: Any) -> Any:
    return client.get(reverse("cabinet_invoice_pdf", args=[invoice.uuid]))


def text_of(response: Any) -> str:
    reader = PdfReader(io.BytesIO(response.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_text_layer_names_parties_lines_vat_and_the_sum_in_words(account: Any, client: Any, caplog: Any) -> None:
    utility = set_utility(
        full_name="Акціонерне товариство «Вінницяобленерго»",
        edrpou="00130694",
        vat_number="001306902282",
        address="м. Вінниця, вул. Магістратська, 2",
        postal_code="21050",
        bank_name="АТ «Ощадбанк»",
        signatory_position="Начальник відділу",
        signatory_name="Ґалаґан Є. Ї.",
    )
    reactive = factories.make_article("Реактивна електроенергія")
    utility.payee_accounts.add(
        PayeeAccount(iban="UA213223130000026007233566001"),
        PayeeAccount(iban="UA903052992990004149123456789", article=reactive, bank_name="АТ КБ «ПриватБанк»"),
    )
    utility.save()
    invoice = factories.make_invoice(
        account, "ВН-7/26", date(2026, 2, 28), lines=["1234.56"], due_on=date(2026, 3, 20), period=date(2026, 2, 1)
    )
    InvoiceLine.objects.filter(invoice=invoice).update(
        point_code="ТУ-5",
        meter_serial="00123",
        previous_value=Decimal("9998"),
        current_value=Decimal("12.5"),
        multiplier=Decimal("30"),
        quantity=Decimal("435"),
        tariff=Decimal("2.345678"),
    )
    with caplog.at_level(logging.WARNING, logger="xhtml2pdf"):
        response = pdf_of(client, invoice)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("xhtml2pdf")] == []
    assert response.status_code == 200
    text = text_of(response)
    for words in (
        "Рахунок № ВН-7/26",
        "від 28.02.2026",
        "лютий 2026",
        "Акціонерне товариство «Вінницяобленерго»",
        "00130694",
        "001306902282",
        "21050, м. Вінниця, вул. Магістратська, 2",
        "UA213223130000026007233566001",
        "АТ «Ощадбанк»",
        'Товариство з обмеженою відповідальністю "Агробуд-В"',
        "30036471",
        "Договір № 1234/05 від 24.11.2011",
        "80-431930",
        "Активна електроенергія",
        "точка обліку ТУ-5, лічильник № 00123",
        "9 998 – 12,5",
        "435",
        "2,345678",
        "1 028,80",
        "205,76",
        "ПДВ 20 %",
        "1 234,56 ₴",
        "Одна тисяча двісті тридцять чотири гривні 56 копійок",
        "Строк оплати: 20.03.2026",
        "Начальник відділу",
        "Ґалаґан Є. Ї.",
    ):
        assert words in text, words
    assert set("іїєґ₴№") <= set(text)
    # The account of an article that this invoice does not have is not named.
    assert "ПриватБанк" not in text


def test_every_font_of_the_document_is_embedded(account: Any, client: Any) -> None:
    reader = PdfReader(io.BytesIO(pdf_of(client, factories.make_invoice(account)).content))
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert {name for name in fonts if "DejaVu" not in name and "Helvetica" not in name} == set()
    assert any("DejaVuSans-Bold" in name for name in fonts)
    assert reader.metadata is not None
    assert reader.metadata.title == "Рахунок № 1"
    assert (ASSETS / "DejaVu-LICENSE.txt").read_text(encoding="utf-8").count("Bitstream") > 0


def test_it_is_saved_under_a_ukrainian_name_and_no_cache_keeps_it(account: Any, client: Any) -> None:
    response = pdf_of(client, factories.make_invoice(account, 'ВН/7\\"26', date(2026, 2, 28)))
    assert response["Content-Type"] == "application/pdf"
    assert (
        response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('Рахунок ВН-7-26 від 28.02.2026.pdf')}"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b"%PDF-")


def test_the_document_is_ukrainian_for_an_english_reader_too(account: Any, client: Any) -> None:
    client.cookies["django_language"] = "en"
    assert "Рахунок №" in text_of(pdf_of(client, factories.make_invoice(account)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "prepayment"}, "Рахунок на попередню оплату № 9"),
        ({"kind": "correction", "corrects_number": "7"}, "коригує рахунок № 7"),
        ({"state": "annulled"}, "АНУЛЬОВАНО — не сплачувати"),
        ({"lines": ["-120.00"]}, "До сплати 0,00 ₴"),
    ],
)
def test_the_kind_and_the_state_are_named(account: Any, client: Any, fields: dict[str, Any], words: str) -> None:
    text = text_of(pdf_of(client, factories.make_invoice(account, "9", **fields)))
    assert words in text


def test_many_lines_flow_over_pages_with_the_heading_repeated(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["1.20"] * 90)
    reader = PdfReader(io.BytesIO(pdf_of(client, invoice).content))
    assert len(reader.pages) > 1
    for number, page in enumerate(reader.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert f"Сторінка {number}" in text
        assert "Стаття реалізації" in text or number == len(reader.pages)


def test_a_name_longer_than_the_page_wraps(account: Any, client: Any) -> None:
    account.customer.name = "Товариство " + "з-обмеженою-відповідальністю-" * 8
    account.customer.save()
    reader = PdfReader(io.BytesIO(pdf_of(client, factories.make_invoice(account)).content))
    assert len(reader.pages) == 1


def test_a_template_that_names_foreign_resources_gets_none(tmp_path: Any, settings: Any, caplog: Any) -> None:
    (tmp_path / "hostile.html").write_text(
        '<html><body><img src="/etc/hostname"><img src="http://127.0.0.1:9/a.png">ok</body></html>', encoding="utf-8"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with caplog.at_level(logging.WARNING, logger="xhtml2pdf"):
        content = Xhtml2PdfRenderer().render("hostile.html", {})
    assert content.startswith(b"%PDF-")
    assert len(PdfReader(io.BytesIO(content)).pages[0].images) == 0
    assert [record for record in caplog.records if record.name.startswith("xhtml2pdf")]


def test_a_document_that_takes_too_long_is_a_failure_not_half_a_document(tmp_path: Any, settings: Any) -> None:
    (tmp_path / "slow.html").write_text("<html><body><p>" + "<p>ok</p>" * 50 + "</body></html>", encoding="utf-8")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(PdfFailed):
        Xhtml2PdfRenderer(max_render_seconds=0).render("slow.html", {})


def test_a_site_may_choose_another_renderer(account: Any, client: Any) -> None:
    backend = f"{EchoRenderer.__module__}.{EchoRenderer.__qualname__}"
    with override_settings(WAGTAIL_CABINET={"PDF_RENDERER": {"BACKEND": backend, "OPTIONS": {"prefix": "%"}}}):
        assert isinstance(pdf_renderer(), EchoRenderer)
        response = pdf_of(client, factories.make_invoice(account))
    assert response.content == b"%cabinet_pages/billing/invoice_pdf.html"


def test_a_setting_that_names_no_renderer_is_refused() -> None:
    with (
        override_settings(WAGTAIL_CABINET={"PDF_RENDERER": {"BACKEND": "decimal.Decimal"}}),
        pytest.raises(TypeError, match="is not a PdfRenderer"),
    ):
        pdf_renderer()
