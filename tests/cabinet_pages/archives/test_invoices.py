"""«Завантажити ZIP» in «Рахунки»: what is chosen, what is in the ZIP, and who may fetch it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cabinet_pages.access.models import Access, Role
from cabinet_pages.archives.models import Archive, ArchiveState
from cabinet_pages.billing.models import Invoice, IssuedInvoice
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.archives.zips import opened
from tests.cabinet_pages.billing.payees import make_utility
from tests.support.windows import SECTION, client_of, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]

ONE = f"{SECTION}/invoices/80-1/archive/"
ALL = f"{SECTION}/invoices/all/archive/"


@pytest.fixture
def account() -> Any:
    factories.make_site()
    make_utility()
    return factories.make_account("80-1")


@pytest.fixture
def client(owner: Any) -> Client:
    return client_of(owner)


def downloaded(client: Client, archive: Archive) -> bytes:
    response = client.get(f"/my/archives/{archive.uuid}/file/")
    assert response.status_code == 200
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@time_machine.travel("2026-03-20T12:00:00+02:00")
def test_the_zip_holds_the_issued_pdfs_and_a_registry_that_adds_up_to_the_page(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    active, penalty = factories.make_article(), factories.make_article("Пеня", carries_vat=False)
    first = factories.make_invoice(account, "ВН-1/26", date(2026, 1, 31), lines=["120.00", "0.10"], article=active)
    factories.make_invoice(account, "ВН-2/26", date(2026, 2, 28), lines=["60.20"], article=penalty)
    factories.make_invoice(account, "ВН-0/26", date(2026, 2, 28), lines=["999.00"], state="annulled")
    factories.make_invoice(account, "of 2025", date(2025, 12, 31), lines=["1.00"])
    factories.make_payment(account, date(2026, 2, 1), "100.05", active, purpose="за рахунок № ВН-1/26")
    pdf = client.get(f"/my/invoices/{first.uuid}/pdf/").content
    page = visit(client, "invoices/80-1/", year="2026")

    answer = client.post(f"{ONE}?year=2026")
    archive = Archive.objects.get()
    assert answer.headers["Location"] == f"/my/archives/{archive.uuid}/"
    assert archive.title == "Рахунки, о-р 80-1, 2026"
    assert worker() == ["ready"]
    found = opened(downloaded(client, archive))

    assert list(found.files) == [
        "2026-01-31 рахунок ВН-1-26 (о-р 80-1).pdf",
        "2026-02-28 рахунок ВН-2-26 (о-р 80-1).pdf",
        "2026-02-28 рахунок ВН-0-26 (о-р 80-1).pdf",
    ]
    assert found.files["2026-01-31 рахунок ВН-1-26 (о-р 80-1).pdf"] == pdf
    assert found.headings == [
        "Особовий рахунок", "Структурна одиниця", "№ рахунку", "Дата", "Період", "Вид документа", "Стан",
        "Активна електроенергія", "Пеня", "Сума без ПДВ", "ПДВ", "Сума з ПДВ", "Оплачено", "Залишилось сплатити",
        "Оплата рахунку", "Файл", "SHA-256", "Розмір, байтів",
    ]  # fmt: skip
    row = found.rows[0]
    assert (row["Особовий рахунок"], row["Структурна одиниця"], row["№ рахунку"]) == (
        "80-1",
        account.branch.name,
        "ВН-1/26",
    )
    assert (row["Дата"].date(), row["Період"]) == (date(2026, 1, 31), "01.2026")
    assert [str(row[name]) for name in ("Активна електроенергія", "Пеня", "Сума з ПДВ")] == ["120.1", "None", "120.1"]
    assert [str(row[name]) for name in ("Оплачено", "Залишилось сплатити")] == ["100.05", "20.05"]
    assert row["Оплата рахунку"] == "частково сплачено"
    assert found.rows[2]["Оплата рахунку"] == "анульований"
    assert found.rows[2]["Сума з ПДВ"] is None

    assert Decimal(str(found.totals["Сума з ПДВ"])) == Decimal("180.30")
    assert "180,30 ₴" in page.text
    assert Decimal(str(found.totals["Залишилось сплатити"])) == Decimal("80.25")
    assert "залишилось сплатити 80,25 ₴" in page.text
    assert "Сформовано 20.03.2026. Суми в гривнях." in found.notes


def test_the_filter_of_the_list_chooses_and_all_accounts_may_be_taken_at_once(
    account: Any, owner: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    other = factories.make_account("80-2", factories.make_branch("TRO"))
    factories.grant(owner, other)
    penalty = factories.make_article("Пеня", carries_vat=False)
    for one in (account, other):
        factories.make_invoice(one, "1", date(2026, 1, 31))
        factories.make_invoice(one, "2", date(2026, 2, 28), article=penalty)
    foreign = factories.make_invoice(factories.make_account("80-3"), "1", date(2026, 2, 28), article=penalty)
    client.post(f"{ALL}?year=2026&month=2&article={penalty.pk}&status=overdue")
    assert not Archive.objects.exists()
    client.post(f"{ALL}?year=2026&month=2&article={penalty.pk}&status=unpaid")
    archive = Archive.objects.get()
    assert archive.title == "Рахунки, усі особові рахунки, лютий 2026, не сплачено, Пеня"
    assert foreign.pk not in archive.items
    assert worker() == ["ready"]
    found = opened(downloaded(client, archive))
    assert [(row["Особовий рахунок"], row["№ рахунку"]) for row in found.rows] == [("80-1", "2"), ("80-2", "2")]


def test_hostile_numbers_become_safe_names_and_plain_cells(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    numbers = ["../../../etc/passwd", "..\\win.ini", "=1+1", "Щ" * 60, "ЩЩ/1", "щщ\\1", "а\u202eб", "con", "1\n2"]
    for number in numbers:
        factories.make_invoice(account, number)
    client.post(ONE)
    assert worker() == ["ready"]
    archive = Archive.objects.get()
    found = opened(downloaded(client, archive))
    assert len(found.files) == len(numbers)
    assert all("/" not in name and "\\" not in name and name.startswith("2026-01-31 ") for name in found.files)
    assert len({name.casefold() for name in found.files}) == len(numbers)
    assert "2026-01-31 рахунок щщ-1 (о-р 80-1) (2).pdf" in found.files
    assert "'=1+1" in {row["№ рахунку"] for row in found.rows}


def test_what_is_issued_is_given_as_it_is_and_the_rest_is_issued_now(
    account: Any, client: Client, worker: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = factories.make_invoice(account, "1"), factories.make_invoice(account, "2")
    before = client.get(f"/my/invoices/{first.uuid}/pdf/").content
    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", lambda self, template, context: b"%PDF-1.4 anew")
    client.post(ONE)
    assert worker() == ["ready"]
    found = opened(downloaded(client, Archive.objects.get()))
    assert sorted(found.files.values()) == [before, b"%PDF-1.4 anew"]
    assert client.get(f"/my/invoices/{second.uuid}/pdf/").content == b"%PDF-1.4 anew"
    assert IssuedInvoice.objects.count() == 2


def test_one_that_cannot_be_rendered_fails_the_archive_with_its_number_and_may_be_tried_again(
    account: Any, client: Client, worker: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_invoice(account, "1")
    factories.make_invoice(account, "bad", date(2026, 2, 28))
    client.post(ONE)
    archive = Archive.objects.get()
    with monkeypatch.context() as broken:

        def fail(self: Any, template: str, context: Any) -> bytes:
            raise rendering.PdfFailed("no glyphs")

        broken.setattr(rendering.Xhtml2PdfRenderer, "render", fail)
        assert worker() == ["failed"]
    page = client.get(f"/my/archives/{archive.uuid}/").content.decode()
    assert "«№ 1» зараз неможливо видати." in page
    assert "Спробувати ще раз" in page
    assert client.get(f"/my/archives/{archive.uuid}/file/").status_code == 404
    client.post(f"/my/archives/{archive.uuid}/")
    assert worker() == ["ready"]
    assert len(opened(downloaded(client, archive)).files) == 2


def test_what_was_withdrawn_meanwhile_is_left_out(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    factories.make_invoice(account, "1")
    factories.make_invoice(account, "2", date(2026, 2, 28))
    client.post(ONE)
    Invoice.objects.filter(number="1").update(withdrawn=True)
    assert worker() == ["ready"]
    archive = Archive.objects.get()
    assert [row["№ рахунку"] for row in opened(downloaded(client, archive)).rows] == ["2"]
    assert archive.total == 1
    client.post(ONE)
    Invoice.objects.update(withdrawn=True)
    assert worker() == ["failed"]
    assert "Нічого з обраного вже немає" in client.get(f"/my/archives/{Archive.objects.first().uuid}/").content.decode()


def test_an_archive_takes_a_sensible_number_of_invoices(account: Any, client: Client, settings: Any) -> None:
    settings.WAGTAIL_CABINET = {**settings.WAGTAIL_CABINET, "ARCHIVE_MAX_FILES": 2}
    for number in "123":
        factories.make_invoice(account, number)
    answer = client.post(f"{ONE}?year=2026", follow=True)
    assert answer.request["PATH_INFO"] == f"{SECTION}/invoices/80-1/"
    assert answer.request["QUERY_STRING"] == "year=2026"
    assert (
        "Обрано 3 файли. До архіву вміщується не більше ніж 2: оберіть коротший період або інший фільтр."
        in answer.content.decode()
    )
    assert not Archive.objects.exists()


def test_two_presses_make_one_archive_and_another_one_waits_its_turn(account: Any, client: Client) -> None:
    factories.make_invoice(account, "1")
    factories.make_invoice(account, "2", date(2025, 1, 31))
    first, second = client.post(ONE), client.post(ONE)
    assert first.headers["Location"] == second.headers["Location"]
    assert Archive.objects.count() == 1
    refused = client.post(f"{ONE}?year=2025", follow=True).content.decode()
    assert "Зараз формується інший ваш архів" in refused
    assert Archive.objects.count() == 1


def test_a_stranger_gets_the_404_of_an_absent_archive_on_every_address(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    factories.make_invoice(account, "1")
    client.post(ONE)
    worker()
    archive = Archive.objects.get()
    stranger = factories.make_user()
    # A colleague of the same account is a stranger to somebody else's archive.
    factories.grant(stranger, account, Role.OWNER)
    for tail in ("", "status/", "file/"):
        assert client.get(f"/my/archives/{archive.uuid}/{tail}").status_code == 200
        assert client_of(stranger).get(f"/my/archives/{archive.uuid}/{tail}").status_code == 404
        anonymous = Client().get(f"/my/archives/{archive.uuid}/{tail}")
        assert anonymous.headers["Location"].startswith("/accounts/login/?next=")
    assert client_of(stranger).post(f"/my/archives/{archive.uuid}/").status_code == 404
    assert archive.title not in client_of(stranger).get("/my/archives/").content.decode()
    assert client_of(stranger).post(f"{SECTION}/invoices/80-absent/archive/").status_code == 404


class TestAccessIsAskedForAnew:
    @pytest.fixture
    def archive(self, account: Any, owner: Any, client: Client, worker: Callable[[], list[str]]) -> Archive:
        """Of two accounts, ready."""
        other = factories.make_account("80-2")
        factories.grant(owner, other)
        for one in (account, other):
            factories.make_invoice(one, "1")
        client.post(ALL)
        worker()
        archive = Archive.objects.get()
        assert client.get(f"/my/archives/{archive.uuid}/file/").status_code == 200
        return archive

    def absent(self, client: Client, archive: Archive) -> bool:
        codes = {client.get(f"/my/archives/{archive.uuid}/{tail}").status_code for tail in ("", "status/", "file/")}
        listed = archive.title in client.get("/my/archives/").content.decode()
        return codes == {404} and not listed

    def test_after_one_of_the_accesses_was_withdrawn_the_archive_is_absent(
        self, archive: Archive, client: Client
    ) -> None:
        Access.objects.filter(account__number="80-2").update(closed_at=timezone.now())
        assert self.absent(client, archive)

    def test_after_a_power_of_attorney_has_ended_it_is_absent(self, archive: Archive, client: Client) -> None:
        Access.objects.filter(account__number="80-2").update(valid_until=date(2020, 1, 1))
        assert self.absent(client, archive)

    def test_after_a_change_of_owner_it_is_absent_though_the_account_is_open_again(
        self, archive: Archive, client: Client, account: Any
    ) -> None:
        account.owned_since = date(2026, 2, 1)
        account.save()
        assert self.absent(client, archive)

    def test_an_account_closed_while_it_waits_is_not_put_in(
        self, archive: Archive, client: Client, worker: Callable[[], list[str]]
    ) -> None:
        client.post(ALL)
        Access.objects.filter(account__number="80-2").update(closed_at=timezone.now())
        assert worker() == ["failed"]
        latest = Archive.objects.first()
        assert latest is not None
        assert (latest.state, latest.error_code, latest.file.name) == (ArchiveState.FAILED, "access_closed", "")


def test_whoever_comes_by_a_link_is_led_to_the_list_and_nothing_is_ordered(account: Any, client: Client) -> None:
    factories.make_invoice(account, "1")
    answer = client.get(f"{ONE}?year=2026")
    assert answer.headers["Location"] == f"{SECTION}/invoices/80-1/?year=2026"
    assert not Archive.objects.exists()


def test_the_list_offers_what_it_shows(account: Any, client: Client) -> None:
    factories.make_invoice(account, "1")
    page = client.get(f"{SECTION}/invoices/80-1/?year=2026").content.decode()
    assert 'action="/cabinet/legal/invoices/80-1/archive/?year=2026"' in page
    assert "Завантажити ZIP" in page
    assert "Завантажити ZIP" not in client.get(f"{SECTION}/invoices/80-1/?year=2020").content.decode()
