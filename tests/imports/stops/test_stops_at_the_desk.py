"""Stops, complete files, earlier totals and the second person on the screens of the import desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.payments.models import Payment
from imports.models import BatchState, ImportBatch
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld, make_world

CREATE = reverse("imports_importbatch_modeladmin_create")
HEADING = "Особовий рахунок;Документ;Дата платежу;Сума платежу;Стаття реалізації"
ROWS = [f"80-431930;D{number};{number:02d}.01.2031;{number},00;Пеня" for number in range(1, 5)]
MONTH = {"complete_from": "01.01.2031", "complete_to": "31.01.2031"}
SignIn = Callable[[Any], Client]


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def as_user() -> SignIn:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def upload(client: Client, *lines: str, branch: str = "VIN", kind: str = "payments", **fields: Any) -> Any:
    text = "\n".join([HEADING if kind == "payments" else lines[0], *(lines if kind == "payments" else lines[1:]), ""])
    file = SimpleUploadedFile("платежі.csv", text.encode("cp1251"))
    return client.post(CREATE, {"kind": kind, "branch": branch, "file": file, **fields})


def newest() -> ImportBatch:
    return ImportBatch.objects.latest("pk")


def test_what_is_said_of_a_file_is_kept_and_shown(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    page = upload(client, *ROWS, **MONTH, expect_rows="4", expect_amount="10,00", initial_load="on").url
    batch = newest()
    assert (str(batch.complete_from), str(batch.complete_to)) == ("2031-01-01", "2031-01-31")
    assert (batch.expect_rows, str(batch.expect_amount), batch.initial_load) == (4, "10.00", True)
    text = client.get(page).content.decode()
    for seen in ("Файл повний за період", "01.01.2031 – 31.01.2031", "Очікується", "Початкове завантаження"):
        assert seen in text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"complete_from": "2031-01-01"}, "complete_to"),
        ({"complete_to": "2031-01-01"}, "complete_from"),
        ({"complete_from": "2031-02-01", "complete_to": "2031-01-01"}, "complete_from"),
        ({**MONTH, "kind": "accounts"}, "complete_from"),
        ({"expect_amount": "багато"}, "expect_amount"),
        ({"expect_amount": "1,00", "kind": "accounts"}, "expect_amount"),
        ({"expect_rows": "-1"}, "expect_rows"),
    ],
)
def test_what_cannot_be_said_of_a_file_is_told_at_its_field(
    fields: dict[str, str], field: str, world: StaffWorld, as_user: SignIn
) -> None:
    answer = upload(as_user(world.vin.operator), *ROWS, **fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ImportBatch.objects.exists()


def test_a_stop_is_a_tick_with_its_sentence_and_nothing_is_applied_without_it(
    world: StaffWorld, as_user: SignIn
) -> None:
    client = as_user(world.vin.operator)
    page = upload(client, *ROWS, expect_rows="5").url
    text = client.get(page).content.decode()
    for seen in ("Очікувалося рядків: 5, у файлі їх 4.", "Я бачу, що контрольне значення — 5, а у файлі — 4."):
        assert seen in text
    before = Payment.objects.count()
    refused = client.post(page, {"action": "apply"})
    assert refused.status_code == 422
    assert "Поставте позначку, якщо Ви це перевірили" in refused.content.decode()
    assert (Payment.objects.count(), newest().state) == (before, BatchState.PREVIEWED)
    client.post(page, {"action": "apply", "accept_totals": "on"})
    assert (newest().state, newest().accepted, Payment.objects.count()) == (BatchState.APPLIED, ["totals"], before + 4)


def test_withdrawn_rows_are_counted_listed_and_promoted_together(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    client.post(upload(client, *ROWS).url, {"action": "apply"})
    page = upload(client, *ROWS[:3], **MONTH).url
    assert "Відкликано" in client.get(page).content.decode()
    shown = client.get(f"{page}?status=withdrawn").context["differences"]
    assert [(one.account, one.status_name) for one in shown] == [("80-431930", "відкликано")]
    client.post(page, {"action": "apply"})
    assert (newest().state, newest().withdrawn) == (BatchState.APPLIED, 1)
    assert Payment.objects.get(document="D4").withdrawn


def test_a_file_that_was_refused_for_its_stops_can_be_applied_at_the_desk(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    page = upload(client, *ROWS, expect_rows="5").url
    ImportBatch.objects.update(state=BatchState.REFUSED, error_code="stopped", error_params={"stops": ["totals"]})
    text = client.get(page).content.decode()
    assert "Файл затримано" in text
    assert "accept_totals" in text
    client.post(page, {"action": "apply", "accept_totals": "on"})
    assert (newest().state, newest().error_code) == (BatchState.APPLIED, "")


def test_totals_stand_beside_those_of_the_file_before(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    client.post(upload(client, *ROWS).url, {"action": "apply"})
    context = client.get(upload(client, ROWS[0].replace("1,00", "1,50"), ROWS[1].replace("Пеня", "Інше")).url).context
    rows = [(one.name, str(one.amount), str(one.earlier), str(one.difference)) for one in context["article_totals"]]
    assert rows == [("Інше", "2.00", "None", "2.00"), ("Пеня", "1.50", "10.00", "-8.50")]
    whole = context["whole_total"]
    assert (str(whole.amount), str(whole.earlier), str(whole.difference)) == ("3.50", "10.00", "-6.50")
    assert context["branch_totals"] == []


def test_a_file_of_all_branches_has_totals_by_branch(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.central)
    page = upload(client, ROWS[0], "80-36;E1;08.01.2031;5,00;Пеня", branch="ALL").url
    assert [(one.name, str(one.amount)) for one in client.get(page).context["branch_totals"]] == [
        (world.tro.branch.name, "5.00"),
        (world.vin.branch.name, "1.00"),
    ]
    assert world.tro.branch.name in client.get(page).content.decode()


def test_breaks_of_balances_are_summed_up_and_listed(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    heading = "Особовий рахунок;Період;Сальдо на початок;Нараховано;Оплачено;Сальдо на кінець"
    page = upload(
        client, heading, "80-431930;01.2031;0;5,00;0;5,00", "80-431930;02.2031;4,00;1,00;0;6,00", kind="balances"
    ).url
    answer = client.get(page)
    assert "Розривів у межах місяця: 1; між місяцями: 1; особових рахунків: 1." in answer.content.decode()
    assert [(one.row, one.account, one.column) for one in answer.context["breaks"]] == [
        (3, "80-431930", "Сальдо на кінець"),
        (3, "80-431930", "Сальдо на початок"),
    ]


def test_the_page_asks_a_constant_number_of_queries(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    counts = []
    heading = "Особовий рахунок;Період;Сальдо на початок;Нараховано;Оплачено;Сальдо на кінець"
    for months in (2, 60):
        rows = [f"80-431930;{1 + m % 12:02d}.{2031 + m // 12};0;5,00;0;{m},00" for m in range(months)]
        page = upload(client, heading, *rows, kind="balances", expect_rows="1", expect_amount="1").url
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(answer.context["breaks"]) == 50
    assert len(client.get(f"{page}?cp=2").context["breaks"]) > 0


def test_what_needs_two_people_waits_for_another_employee(world: StaffWorld, as_user: SignIn, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"SECOND_PERSON_ROWS": 2}
    first, before = as_user(world.vin.operator), Payment.objects.count()
    page = upload(first, *ROWS).url
    assert "його мають підтвердити двоє працівників" in first.get(page).content.decode()
    for _ in range(2):
        text = first.post(page, {"action": "apply"}, follow=True).content.decode()
        assert "Його має підтвердити ще один працівник структурної одиниці" in text
        assert "Застосувати" not in text
        assert (newest().state, newest().approved_by, Payment.objects.count()) == (
            BatchState.PREVIEWED, world.vin.operator, before,
        )  # fmt: skip
    asked = next(one for one in ModelLogEntry.objects.all() if one.action == "imports.approve")
    assert (asked.user, asked.data["new"]) == (world.vin.operator, 4)
    # An employee of another branch finds nothing here.
    assert as_user(world.tro.operator).post(page, {"action": "apply"}).status_code == 404
    second = as_user(make.make_operator("second@example.com", world.vin.branch))
    assert "Після Вашого підтвердження імпорт буде застосовано" in second.get(page).content.decode()
    second.post(page, {"action": "apply"})
    batch = newest()
    assert (batch.state, Payment.objects.count()) == (BatchState.APPLIED, before + 4)
    assert (batch.approved_by, batch.promoted_by.email) == (world.vin.operator, "second@example.com")
    applied = next(one for one in ModelLogEntry.objects.all() if one.action == "imports.apply")
    assert applied.data["approved_by"] == world.vin.operator.pk


def test_another_preview_needs_the_first_person_again(world: StaffWorld, as_user: SignIn, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"SECOND_PERSON_ROWS": 2}
    first = as_user(world.vin.operator)
    page = upload(first, *ROWS).url
    first.post(page, {"action": "apply"})
    Payment.objects.all().delete()
    settings.WAGTAIL_CABINET_IMPORTS = {}
    other = upload(first, ROWS[0]).url
    first.post(other, {"action": "apply"})
    settings.WAGTAIL_CABINET_IMPORTS = {"SECOND_PERSON_ROWS": 2}
    as_user(world.central).post(page, {"action": "apply"})
    batch = ImportBatch.objects.earliest("pk")
    assert (batch.state, batch.error_code, batch.approved_by) == (BatchState.PREVIEWED, "preview_outdated", None)
