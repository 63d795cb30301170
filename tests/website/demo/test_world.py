"""The demo's world: the same on the same day, with sums that add up, and the contract's promises in it."""

import zipfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from website.demo import manual
from website.demo.files import write_exchange_files
from website.demo.papers import write_document_archives
from website.demo.records import World
from website.demo.world import BIG_NUMBER, build_world

TODAY = date(2026, 3, 17)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(TODAY)


def test_the_same_day_gives_the_same_world(world: World) -> None:
    assert build_world(TODAY) == world


def test_the_same_day_gives_the_same_bytes_of_csv(tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        files = [path for _kind, _branch, path in write_exchange_files(build_world(TODAY), folder)]
        written.append({path.name: path.read_bytes() for path in files if path.suffix == ".csv"})
    assert written[0] == written[1]
    assert len(written[0]) == 6


def test_the_same_day_gives_the_same_papers_and_signatures(world: World, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        members = {}
        for branch, path in write_document_archives(world, folder):
            with zipfile.ZipFile(path) as archive:
                members |= {(branch, one): archive.read(one) for one in archive.namelist()}
        written.append(members)
    assert written[0] == written[1]
    assert any(name.endswith(".p7s") for _, name in written[0])


def test_csv_is_windows_1251_with_a_preamble(world: World, tmp_path: Path) -> None:
    write_exchange_files(world, tmp_path)
    lines = (tmp_path / "VIN-accounts.csv").read_bytes().decode("cp1251").split("\r\n")
    assert lines[1] == "Вигрузка з БАС ERP"
    assert lines[3].startswith("Особовий рахунок;Замовник;")


def test_every_branch_has_signed_papers(world: World, tmp_path: Path) -> None:
    assert [branch for branch, _path in write_document_archives(world, tmp_path)] == ["TRO", "VIN", "ZHM"]


def test_two_years_end_with_the_last_full_month(world: World) -> None:
    assert len(world.months) == 24
    assert (world.months[0], world.months[-1]) == (date(2024, 3, 1), date(2026, 2, 1))
    assert build_world(date(2026, 3, 1)).months == world.months


def test_the_newest_month_is_billed_and_nothing_is_dated_after_today(world: World) -> None:
    for today in (date(2026, 3, 1), TODAY):
        made = build_world(today)
        assert max(invoice.period for invoice in made.invoices) == made.months[-1]
        assert all(invoice.issued_on <= today for invoice in made.invoices)
        assert all(payment.paid_on <= today for payment in made.payments)


def test_the_manuals_payments_are_the_only_ones_of_its_weeks(world: World) -> None:
    shown = [
        (payment.paid_on, payment.article)
        for payment in world.payments
        if payment.account == manual.FIRST_NUMBER and date(2020, 1, 1) <= payment.paid_on <= date(2020, 2, 20)
    ]
    assert shown == list(manual.PAYMENTS)
    assert len(shown) == 17


def test_some_forty_accounts_one_with_500_points(world: World) -> None:
    assert len(world.accounts) >= 42
    assert {account.branch for account in world.accounts} == {"VIN", "TRO", "ZHM"}
    assert len({account.number for account in world.accounts}) == len(world.accounts)
    big = next(account for account in world.accounts if account.number == BIG_NUMBER)
    assert len(big.points) == 500


def test_every_balance_closes_and_opens_the_next_month(world: World) -> None:
    earlier: dict[tuple[str, str], tuple[date, Decimal]] = {}
    for balance in sorted(world.balances, key=lambda balance: balance.period):
        assert balance.closing == balance.opening + balance.charged - balance.paid
        key = balance.account, balance.article
        if key in earlier:
            period, closing = earlier[key]
            if (period.replace(day=28) + timedelta(days=4)).replace(day=1) == balance.period:
                assert balance.opening == closing
        earlier[key] = balance.period, balance.closing


def test_balances_charge_what_the_invoices_say_and_credit_what_the_payments_say(world: World) -> None:
    charged: dict[tuple[str, date, str], Decimal] = defaultdict(Decimal)
    paid: dict[tuple[str, date, str], Decimal] = defaultdict(Decimal)
    for invoice in world.invoices:
        for line in invoice.lines:
            charged[invoice.account, invoice.period, line.article] += line.gross
    for payment in world.payments:
        paid[payment.account, payment.paid_on.replace(day=1), payment.article] += payment.amount
    for balance in world.balances:
        key = balance.account, balance.period, balance.article
        assert balance.paid == paid.pop(key, Decimal(0))
        # The manual tells the balances of 2020 but none of that year's invoices.
        if balance.period.year != 2020:
            assert balance.charged == charged.pop(key, Decimal(0))
    assert not +sum(charged.values(), Decimal(0))
    assert not +sum(paid.values(), Decimal(0))


def test_invoices_bill_what_the_meters_ran(world: World) -> None:
    points = {point.code: point for account in world.accounts for point in account.points}
    for invoice in world.invoices:
        for line in invoice.lines:
            assert line.vat in {(line.net / 5).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP"), Decimal(0)}
            if line.point:
                ran = (int(line.current) - int(line.previous)) % 10 ** points[line.point].registers[0].digits
                assert line.quantity == ran * int(line.multiplier)
