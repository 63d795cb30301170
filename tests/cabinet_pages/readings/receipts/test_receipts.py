"""The receipt as a page, as a list and as PDF; the mail that tells of it."""

import io
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.readings.models import Reading, ReadingState, ReadingSubmission
from cabinet_pages.readings.receipts.services import issue_receipts
from tests import factories
from tests.cabinet_pages.readings.receipts.sheets import send_sheet
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import WINDOW, World, second_save

LIST = f"{WINDOW}receipts/"


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def address_of(submission: ReadingSubmission) -> str:
    return f"{LIST}{submission.uuid}/"


def pdf_text(response: Any) -> str:
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_second_save_leads_to_the_receipt_and_a_replay_to_the_same(owner: Client, world: World) -> None:
    first = second_save(owner, world, world.typed("1234,5"))
    submission = ReadingSubmission.objects.get()
    assert first["Location"].endswith(address_of(submission))
    page = text_of(owner.get(first["Location"]))
    for words in (
        "Квитанція про подання показів",
        submission.number,
        "31.01.2026 10:00:00",
        "Олена Ґалаґан",
        "особистий кабінет, форма точки обліку",
        "Попередній розрахунок",
        "1 200",
        "1 234,5",
        "6 900 кВт·год",
        submission.digest,
    ):
        assert words.replace("\u00a0", " ") in page.replace("\u00a0", " "), words


def test_the_list_has_every_receipt_newest_first_and_says_which_are_replaced(owner: Client, world: World) -> None:
    assert "Квитанцій ще немає" in text_of(owner.get(LIST))
    first, second = world.submit("1234.5"), world.submit("1240")
    page = text_of(owner.get(LIST))
    assert page.index(second.number) < page.index(first.number)
    assert page.count("замінена новішою") == 1
    assert "чинна" in page


def test_a_corrected_receipt_names_the_one_that_replaced_it(owner: Client, world: World) -> None:
    first, second = world.submit("1234.5"), world.submit("1240")
    page = owner.get(address_of(first))
    assert f"Замінено квитанцією № {second.number}" in text_of(page)
    assert address_of(second) in page.content.decode()
    assert "замінено виправленням" in text_of(page)
    assert "Замінено квитанцією" not in text_of(owner.get(address_of(second)))


def test_a_receipt_of_another_account_an_absent_one_and_an_earlier_owners_are_the_same_404(
    owner: Client, world: World
) -> None:
    mine = world.submit("1234.5")
    other = factories.make_account("80-77", owned_since="2026-02-01")
    factories.grant(world.owner, other)
    foreign = ReadingSubmission.objects.create(account=other, period=mine.period)
    Reading.objects.create(
        register=factories.make_register(other), period=mine.period, read_on=mine.period, value=1, submission=foreign
    )
    earlier = f"/cabinet/legal/readings/80-77/receipts/{foreign.uuid}/"
    for address in (
        f"{LIST}{foreign.uuid}/",
        f"{LIST}{uuid4()}/",
        earlier,
        f"/my/receipts/{foreign.uuid}/",
        f"/my/receipts/{uuid4()}/",
    ):
        assert owner.get(address).status_code == 404, address
        assert owner.get(f"{address}pdf/").status_code == 404
    assert foreign.number not in text_of(owner.get("/cabinet/legal/readings/80-77/receipts/"))


def test_the_pdf_says_all_of_it_in_ukrainian_and_is_kept_nowhere(owner: Client, world: World) -> None:
    submission = world.submit("1234.5")
    owner.cookies["django_language"] = "en"
    response = owner.get(f"{address_of(submission)}pdf/")
    assert response["Content-Type"] == "application/pdf"
    name = quote(f"Квитанція про подання показів {submission.number}, рахунок 80-431930.pdf", safe="")
    assert name in quote(response["Content-Disposition"].replace("%", "%"), safe="%").replace("%25", "%")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    text = pdf_text(response).replace("\u00a0", " ")
    for words in (
        "Квитанція про подання показів",
        f"№ {submission.number} від 31.01.2026 10:00:00 (за київським часом)",
        "Олена Ґалаґан",
        "особистий кабінет, форма точки обліку",
        "80-431930",
        world.scope.account.customer.name,
        world.point.name,
        "Попередній розрахунок",
        "1 200",
        "1 234,5",
        "200",
        "6 900 кВт·год",
        f"/readings/check/{submission.uuid}/",
    ):
        assert words in text, words
    assert submission.digest in text.replace(" ", "")
    assert len(PdfReader(io.BytesIO(response.content)).pages[0].images) == 1


def test_the_pdf_has_the_same_content_whatever_happens_after(owner: Client, world: World) -> None:
    submission = world.submit("1234.5")
    before = pdf_text(owner.get(f"{address_of(submission)}pdf/"))
    world.submit("1250")
    Reading.objects.filter(submission=submission).update(state=ReadingState.REJECTED, state_reason="ні")
    world.point.name = "Нова назва точки"
    world.point.save()
    customer = world.scope.account.customer
    customer.name = "Новий споживач"
    customer.save()
    assert pdf_text(owner.get(f"{address_of(submission)}pdf/")) == before


def test_a_receipt_of_more_rows_than_a_part_comes_in_parts(
    owner: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cabinet_pages.readings.receipts.documents.ROWS_OF_PART", 2)
    submission = send_sheet(world.scope.account, world.owner, rows=5)
    page = owner.get(address_of(submission)).content.decode()
    assert page.count("/pdf/") == 3
    parts = [pdf_text(owner.get(f"{address_of(submission)}pdf/?part={part}")) for part in (1, 2, 3)]
    assert ["ТО-0000" in parts[0], "ТО-0003" in parts[1], "ТО-0004" in parts[2]] == [True] * 3
    assert "частина 3 з 3" in parts[2]
    for part in ("0", "4", "x", "9" * 5000):
        assert owner.get(f"{address_of(submission)}pdf/?part={part}").status_code == 404


def test_one_mail_tells_the_sender_the_number_the_time_and_the_way_and_no_value(owner: Client, world: World) -> None:
    token = uuid4()
    submission = world.submit("1234.5", token=token)
    assert world.submit("1234.5", token=token) == submission
    mail = OutgoingMail.objects.get(event_key=f"reading-receipt:{submission.uuid}")
    assert mail.to == world.owner.email
    assert mail.subject == "Покази за січень 2026 прийнято до обробки"
    assert submission.number in mail.text
    assert "31.01.2026 10:00:00" in mail.text
    link = next(line for line in mail.text.splitlines() if line.startswith("http"))
    for value in ("1234", "1 234", "6900", "6 900", world.scope.account.customer.name):
        assert value not in mail.text.replace("\u00a0", " ")
    followed = owner.get(link.removeprefix("http://127.0.0.1:8000").removeprefix("http://testserver"))
    assert followed["Location"].endswith(address_of(submission))


def test_the_mail_speaks_the_senders_language(world: World) -> None:
    world.owner.cabinet_person.language = "en"
    world.owner.cabinet_person.save()
    world.submit("1234.5")
    mail = OutgoingMail.objects.get(event_key__startswith="reading-receipt:")
    assert mail.subject.startswith("The readings for January 2026")


def test_accounts_sent_from_one_sheet_are_told_in_one_mail_and_an_employee_gets_none(world: World) -> None:
    sheet = uuid4()
    accounts = [world.scope.account, factories.make_account("80-78")]
    sent = [
        ReadingSubmission.objects.create(account=one, user=world.owner, period="2026-01-01", sheet=sheet)
        for one in accounts
    ]
    for one in sent:
        one.refresh_from_db()
    issue_receipts(user=world.owner, sent=[(one, []) for one in sent])
    mail = OutgoingMail.objects.get()
    assert mail.event_key == f"reading-receipt:{sheet}"
    assert all(one.number in mail.text and one.account.number in mail.text for one in sent)
    for one in sent:
        one.source, one.sheet = "staff", uuid4()
    issue_receipts(user=world.owner, sent=[(one, []) for one in sent])
    assert OutgoingMail.objects.count() == 1
