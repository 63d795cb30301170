"""The page of an invoice: line ↔ readings ↔ ratio ↔ volume ↔ tariff ↔ sum, and what the customer had sent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cabinet_pages.billing.models import Invoice, InvoiceLine
from cabinet_pages.metering.models import MeteringPoint, MeterRatio
from cabinet_pages.readings.models import Reading
from tests import factories
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 1)
EXPLAINED = 1


@pytest.fixture
def invoice(account: Any) -> Invoice:
    """One line of 6 900 kWh at 2.34567, with the readings that it is of."""
    invoice = factories.make_invoice(account, "ВН-7/26", date(2026, 1, 31))
    change(
        invoice,
        point_code="ТУ-1",
        meter_serial="S-ТУ-1",
        previous_value="1200",
        current_value="1234.5",
        multiplier="200",
        quantity="6900",
        tariff="2.34567",
        net="16185.12",
        vat="3237.02",
        gross="19422.14",
    )
    return invoice


def change(invoice: Invoice, **fields: Any) -> None:
    texts = ("point_code", "meter_serial", "unit")
    given = {n: v if v is None or n in texts or not isinstance(v, str) else Decimal(v) for n, v in fields.items()}
    InvoiceLine.objects.filter(invoice=invoice, position=1).update(**given)
    sums = {name: sum(getattr(line, name) for line in invoice.lines.all()) for name in ("net", "vat", "gross")}
    Invoice.objects.filter(pk=invoice.pk).update(**sums)


def send(account: Any, value: str = "1234.5", volume: str = "6900", code: str = "ТУ-1", **fields: Any) -> Reading:
    register = fields.pop("register", None) or factories.make_register(account, code, multiplier="200")
    return Reading.objects.create(
        register=register,
        period=fields.pop("period", JANUARY),
        read_on=fields.pop("read_on", date(2026, 1, 31)),
        value=Decimal(value),
        previous_value=Decimal("1200"),
        multiplier=Decimal(200),
        volume=Decimal(volume),
        **fields,
    )


def explained(owner: Any, invoice: Invoice) -> list[list[str]]:
    return visit(client_of(owner), f"invoices/80-431930/{invoice.uuid}/").cells(EXPLAINED)


def test_a_line_says_how_its_figures_follow_from_each_other_and_from_what_was_sent(
    account: Any, owner: Any, invoice: Invoice
) -> None:
    reading = send(account)
    MeterRatio.objects.update(current_ratio=Decimal(100), voltage_ratio=Decimal(2))
    answer = visit(client_of(owner), f"invoices/80-431930/{invoice.uuid}/")
    assert answer.cells(EXPLAINED) == [
        [
            "1. Активна електроенергіяТУ-1, лічильник № S-ТУ-1",
            "(1 234,5 − 1 200) × 200 = 6 900 кВт·год "
            "Коефіцієнт 200: трансформатори струму 100 × трансформатори напруги 2.",
            "6 900 × 2,34567 = 16 185,123 ≈ 16 185,12 ₴ ПДВ: 16 185,12 × 20 % ≈ 3 237,02 ₴ "
            "З ПДВ: 16 185,12 + 3 237,02 = 19 422,14 ₴",
            "активна, спожита (A+), подано на 31.01.2026: 1 234,5; обсяг 6 900 кВт·год; подано "
            "У рядку нараховано 6 900 кВт·год: стільки ж, скільки подано. Показання точки обліку",
        ]
    ]
    assert "Кожна сума рахунка — це сума його рядків до копійки" in answer.text
    assert "не випливає" not in answer.text
    point = reading.register.meter.point_id
    link = f"/cabinet/legal/readings/80-431930/points/{point}/history/"
    assert f'href="{link}"' in answer.response.content.decode()
    assert client_of(owner).get(link).status_code == 200


def test_a_difference_between_what_was_sent_and_what_is_billed_is_flagged(
    account: Any, owner: Any, invoice: Invoice
) -> None:
    send(account, "1234", "6800", accepted_volume=Decimal(6900), state="accepted", state_reason="за контрольним")
    MeteringPoint.objects.update(losses=Decimal("1.5"), losses_unit="percent")
    answer = visit(client_of(owner), f"invoices/80-431930/{invoice.uuid}/")
    assert (
        "У рядку нараховано 6 900 кВт·год, +100 кВт·год проти поданих 6 800 кВт·год. "
        "Розрахунки прийняли 6 900 кВт·год. На цій точці структурна одиниця додає втрати."
    ) in answer.cells(EXPLAINED)[0][3]
    assert "прийнято (за контрольним)" in answer.cells(EXPLAINED)[0][3]
    assert "В 1 рядку щось не випливає з решти" in answer.text
    assert 'class="row--problem"' in answer.response.content.decode()


def test_figures_that_do_not_follow_from_each_other_are_flagged_one_by_one(
    account: Any, owner: Any, invoice: Invoice
) -> None:
    factories.make_register(account, "ТУ-1", multiplier="300")
    change(invoice, quantity="6950", net="16000.00", vat="3000.00", gross="19000.00")
    _line, volume, sums, _sent = explained(owner, invoice)[0]
    assert "У рядку нараховано 6 950 кВт·год: +50 кВт·год проти його показань" in volume
    assert "За даними приладу обліку коефіцієнт 300, а не 200" in volume
    assert "6 950 × 2,34567 = 16 302,4065 ≈ 16 302,41 ₴" in sums
    assert "У рядку без ПДВ 16 000,00 ₴: −302,41 ₴ проти цього" in sums
    assert "ПДВ: 16 000,00 × 20 % = 3 200,00 ₴ У рядку ПДВ 3 000,00 ₴: −200,00 ₴ проти цього" in sums
    Invoice.objects.update(gross=Decimal("19000.01"))
    text = visit(client_of(owner), f"invoices/80-431930/{invoice.uuid}/").text
    assert "Суми рахунка не дорівнюють сумам його рядків: з ПДВ +0,01 ₴" in text


def test_rounding_and_a_rollover_are_shown_and_are_no_difference(account: Any, owner: Any, invoice: Invoice) -> None:
    change(invoice, previous_value="9998", current_value="12.505", multiplier="30", quantity="435", vat_computed=True)
    _line, volume, sums, _sent = explained(owner, invoice)[0]
    assert volume == (
        "(10 000 − 9 998 + 12,505) × 30 = 435,15 кВт·год ≈ 435 кВт·год "
        "Лічильник пройшов через нуль: дійшов до останньої цифри й почав спочатку. Округлено до цілого числа."
    )
    assert "ПДВ: 19 422,14 ÷ 6 ≈ 3 237,02 ₴ (розраховано кабінетом)" in sums


def test_a_correction_of_another_month_says_what_it_is(account: Any, owner: Any, invoice: Invoice) -> None:
    fields = {"net": "-100.00", "vat": "-20.00", "gross": "-120.00", "quantity": "-50", "tariff": "2"}
    change(invoice, **fields, period=date(2025, 12, 1), previous_value=None, current_value=None, multiplier=None)
    Invoice.objects.update(corrects_number="ВН-6/25")
    name, volume, sums, _sent = explained(owner, invoice)[0]
    assert "Від’ємний рядок: зменшує рахунок. Перерахунок за грудень 2025. Коригує рахунок № ВН-6/25." in name.replace(
        ".К", ". К"
    ).replace(".П", ". П")
    assert volume == "У рахунку немає показань цього рядка, лише обсяг."
    assert "−50 × 2,00 = −100,00 ₴" in sums
    assert "ПДВ: −100,00 × 20 % = −20,00 ₴" in sums


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"point_code": "", "meter_serial": ""}, "Рахунок не називає ні точки обліку, ні лічильника"),
        ({"point_code": "ТУ-9"}, "Такої точки обліку чи лічильника на вашому особовому рахунку кабінет не знає: ТУ-9"),
        ({"unit": "шт"}, "За цим рядком показань не знімають"),
        ({"unit": "кВАр·год"}, "кабінет не знає: ТУ-1"),
    ],
)
def test_where_nothing_can_be_put_beside_a_line_it_says_why(
    account: Any, owner: Any, invoice: Invoice, fields: dict[str, str], sentence: str
) -> None:
    send(account)
    change(invoice, **fields)
    assert sentence in explained(owner, invoice)[0][3]


def test_a_month_without_a_reading_and_readings_that_do_not_count_say_so(
    account: Any, owner: Any, invoice: Invoice
) -> None:
    register = factories.make_register(account, "ТУ-1", multiplier="200")
    send(account, register=register, period=date(2025, 12, 1), read_on=date(2025, 12, 31))
    send(account, register=register, withdrawn=True, version=2, is_current=False)
    send(account, register=register, kind="control", read_on=date(2026, 1, 15))
    assert "За січень 2026 показань через кабінет не подано" in explained(owner, invoice)[0][3]
    account.owned_since = date(2026, 1, 31)
    account.save()
    send(account, "1230", register=register, version=3, read_on=date(2026, 1, 30))
    # What the earlier owner had sent is not the present one's to see.
    assert "За січень 2026 показань через кабінет не подано" in explained(owner, invoice)[0][3]


def test_a_penalty_has_no_volume_and_no_vat(account: Any, owner: Any) -> None:
    invoice = factories.make_invoice(account, article=factories.make_article("Пеня", carries_vat=False))
    change(invoice, unit="", net="120.00", vat="0.00")
    assert explained(owner, invoice) == [
        [
            "1. Пеня",
            "Обсягу немає: суму нараховано не за лічильником.",
            "Сума без ПДВ 120,00 ₴; у рахунку немає обсягу, тарифу. Без ПДВ.",
            "За цим рядком показань не знімають.",
        ]
    ]


def test_a_foreign_account_with_the_same_code_of_a_point_explains_nothing(
    account: Any, owner: Any, invoice: Invoice
) -> None:
    send(factories.make_account("80-36"), "99999", "1")
    assert "кабінет не знає: ТУ-1, S-ТУ-1" in explained(owner, invoice)[0][3]


def test_any_number_of_lines_takes_one_query_more_and_is_paged(account: Any, owner: Any) -> None:
    small = factories.make_invoice(account, "1", lines=["120.00"])
    change(small, point_code="ТУ-0", quantity="1")
    large = factories.make_invoice(account, "2", lines=["120.00"] * 53)
    for line in large.lines.all():
        InvoiceLine.objects.filter(pk=line.pk).update(point_code=f"ТУ-{line.position}", quantity=Decimal(6900))
        if line.position < 5:
            send(account, code=f"ТУ-{line.position}")
    one, many = (visit(client_of(owner), f"invoices/80-431930/{found.uuid}/") for found in (small, large))
    assert one.queries == many.queries <= 15
    assert len(many.cells(EXPLAINED)) == 50
    assert len(visit(client_of(owner), f"invoices/80-431930/{large.uuid}/", page="2").cells(EXPLAINED)) == 3
