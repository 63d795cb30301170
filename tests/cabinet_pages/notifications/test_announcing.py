"""What imports bring is told to the people of the accounts: once, later, together, and only as long as it is theirs."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cabinet_pages.access.models import Access, Person
from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Invoice, InvoiceState
from cabinet_pages.notifications.choices import choose
from cabinet_pages.notifications.delivery import deliver_due
from cabinet_pages.notifications.models import OutgoingMail
from imports.engine.undoing import undo
from imports.models import ImportBatch
from tests.factories import grant, make_account, make_branch, make_site, make_user
from tests.imports.resources.loading import applied, csv_file, zip_file
from tests.support.outbox import letters

pytestmark = pytest.mark.django_db
TODAY = "2026-02-10T12:00:00+02:00"
INVOICES = ["Особовий рахунок", "№ рахунку", "Дата рахунку", "Строк оплати", "Стаття реалізації", "Сума з ПДВ"]
PAYMENTS = ["Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу"]
ACTIVE = "Активна електроенергія"


@pytest.fixture(autouse=True)
def _today() -> Any:
    make_site()
    with time_machine.travel(TODAY, tick=False) as clock:
        yield clock


@pytest.fixture
def clock(_today: Any) -> time_machine.Traveller:
    return _today  # type: ignore[no-any-return]


@pytest.fixture
def account() -> Account:
    return make_account("80-431930")


@pytest.fixture
def owner(account: Account) -> Any:
    user = make_user("owner@example.com")
    grant(user, account)
    return user


def invoices(*numbers: str, account: str = "80-431930", day: str = "31.01.2026", **options: Any) -> ImportBatch:
    rows = [[account, number, day, "28.02.2026", ACTIVE, "1234,56"] for number in numbers]
    return applied("invoices", csv_file([INVOICES, *rows]), branch=make_branch(), **options)


def payments(*rows: tuple[str, str, str], **options: Any) -> ImportBatch:
    told = [[account, day, ACTIVE, amount] for account, day, amount in rows]
    return applied("payments", csv_file([PAYMENTS, *told]), branch=make_branch(), **options)


def documents(*rows: tuple[str, str]) -> ImportBatch:
    heading = ["Особовий рахунок", "Вид документа", "№", "Дата", "Файл", "Потребує підпису"]
    told = [["80-431930", "Акт", number, "31.01.2026", f"{number}.pdf", flag] for number, flag in rows]
    files = {f"{number}.pdf": number.encode() for number, _ in rows}
    archive = zip_file({"registry.csv": csv_file([heading, *told]), **files})
    return applied("documents", archive, branch=make_branch())


@pytest.mark.usefixtures("owner")
def test_many_invoices_of_one_file_are_one_mail_with_a_link_to_each() -> None:
    batch = invoices("101", "102", "103")
    (letter,) = letters()
    assert letter.subject == "3 нові рахунки"
    assert letter.to == "owner@example.com"
    assert letter.event_key.startswith(f"import:{batch.pk}:")
    for invoice in Invoice.objects.all():
        address = f"http://localhost/cabinet/legal/invoices/80-431930/{invoice.uuid}/"
        assert address.partition("localhost")[2] in letter.text
        assert f'href="{address}"' in letter.html.replace("127.0.0.1:8000", "localhost")
    assert "рахунок № 102 від 31.01.2026, 1 234,56 ₴, сплатити до 28.02.2026" in letter.text.replace("\u00a0", " ")
    assert "/my/profile/" in letter.text


@pytest.mark.usefixtures("owner")
def test_subjects_name_no_sums_and_one_invoice_by_its_number() -> None:
    invoices("101")
    payments(("80-431930", "05.02.2026", "500,00"))
    assert {letter.subject for letter in letters()} == {"Новий рахунок № 101", "Зараховано 1 платіж"}


def test_every_message_speaks_the_language_of_its_reader(owner: Any) -> None:
    Person.objects.filter(user=owner).update(language="en")
    invoices("101", "102")
    payments(("80-431930", "05.02.2026", "500,00"))
    documents(("7", "так"))
    told = {letter.subject: letter for letter in letters()}
    assert set(told) == {"2 new invoices", "1 payment received", "1 document waits for your signature"}
    for letter in told.values():
        assert letter.text.startswith("Dear Олена Ґалаґан,")
        assert 'lang="en"' in letter.html


@pytest.mark.usefixtures("owner")
def test_payments_are_told_and_refunds_are_not() -> None:
    payments(
        ("80-431930", "05.02.2026", "500,00"), ("80-431930", "05.02.2026", "500,00"), ("80-431930", "06.02.2026", "-9")
    )
    (letter,) = letters()
    assert letter.subject == "Зараховано 2 платежі"
    assert letter.text.count("500,00") == 2
    assert "/payments/80-431930/?from_date=2026-02-05&to_date=2026-02-05" in letter.text


@pytest.mark.usefixtures("owner")
def test_only_documents_to_sign_are_told() -> None:
    documents(("7", "ні"))
    assert letters() == []
    documents(("8", "так"), ("9", "ні"))
    (letter,) = letters()
    assert "Акт № 8 від 31.01.2026" in letter.text
    assert "№ 9" not in letter.text


@pytest.mark.usefixtures("owner")
def test_it_waits_half_an_hour_and_an_undo_drops_it(clock: time_machine.Traveller) -> None:
    first, _second = invoices("101"), invoices("102")
    assert deliver_due() == 0
    undo(first)
    clock.shift(timedelta(minutes=31))
    assert deliver_due() == 1
    assert [message.subject for message in sent_mails.outbox] == ["Новий рахунок № 102"]
    assert deliver_due() == 0


@pytest.mark.usefixtures("owner")
def test_an_initial_load_old_rows_and_the_same_file_again_tell_nothing() -> None:
    invoices("101", initial_load=True)
    invoices("102", day="26.12.2025")
    assert letters() == []
    invoices("103", day="27.12.2025")
    invoices("103", "101", day="27.12.2025")
    assert [letter.subject for letter in letters()] == ["Новий рахунок № 103", "Новий рахунок № 101"]


def test_people_without_a_live_access_are_not_told(account: Account) -> None:
    for number, fields in enumerate(
        ({"closed_at": timezone.now()}, {"valid_until": date(2026, 2, 9)}, {}, {}),
    ):
        grant(make_user(f"p{number}@example.com", is_active=number != 2), account, **fields)
    make_user("nobody@example.com")
    grant(make_user("other@example.com"), make_account("80-2"))
    invoices("101")
    assert [letter.to for letter in letters()] == ["p3@example.com"]


def test_an_access_that_is_closed_meanwhile_takes_its_part_of_the_mail_away(
    account: Account, owner: Any, clock: time_machine.Traveller
) -> None:
    second = make_account("80-2")
    grant(owner, second)
    rows = [[number, name, "31.01.2026", "", ACTIVE, "10"] for number, name in (("80-431930", "101"), ("80-2", "202"))]
    applied("invoices", csv_file([INVOICES, *rows]), branch=account.branch)
    Access.objects.filter(account=account).update(closed_at=timezone.now())
    (letter,) = letters()
    assert (letter.subject, "101" in letter.text) == ("Новий рахунок № 202", False)
    Access.objects.update(closed_at=timezone.now())
    clock.shift(timedelta(minutes=31))
    assert deliver_due() == 0
    assert not OutgoingMail.objects.exists()
    assert sent_mails.outbox == []


def test_rows_of_an_earlier_owner_are_not_told(owner: Any, account: Account) -> None:
    Account.objects.update(owned_since=date(2026, 2, 1))
    invoices("101")
    assert OutgoingMail.objects.count() == 0
    invoices("102", day="01.02.2026")
    assert len(letters()) == 1


@pytest.mark.usefixtures("owner")
def test_what_was_annulled_or_withdrawn_meanwhile_is_not_told() -> None:
    invoices("101", "102")
    Invoice.objects.filter(number="101").update(state=InvoiceState.ANNULLED)
    assert [letter.subject for letter in letters()] == ["Новий рахунок № 102"]
    Invoice.objects.update(withdrawn=True)
    assert letters() == []


def test_who_wants_no_mail_gets_none_even_if_that_was_said_later(owner: Any) -> None:
    choose(user=owner, wanted={("invoice", "mail"): False})
    invoices("101")
    payments(("80-431930", "05.02.2026", "500,00"))
    assert [letter.subject for letter in letters()] == ["Зараховано 1 платіж"]
    choose(user=owner, wanted={("payment", "mail"): False})
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert deliver_due() == 0
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("people", [0, 3])
def test_a_promotion_asks_the_same_number_of_queries_for_any_number_of_rows_and_people(
    account: Account, people: int
) -> None:
    def queries(first: int, rows: int) -> int:
        told = [("80-431930", "05.02.2026", f"{first + number},00") for number in range(rows)]
        with CaptureQueriesContext(connection) as captured:
            payments(*told)
        asked = [sql for query in captured if "cabinet_pages_access" in (sql := query["sql"]) or "outgoing" in sql]
        assert people or not any("batchrow" in sql for sql in asked), "the rows are not even looked at"
        return len(asked)

    for number in range(people):
        grant(make_user(f"p{number}@example.com"), account)
    few = queries(1, 2)
    for number in range(people, 4 * people):
        grant(make_user(f"p{number}@example.com"), account)
    assert queries(1000, 40) == few
    if not people:
        assert few == 1, "nobody could be told: one question, whatever the file"
