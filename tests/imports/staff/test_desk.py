"""The import desk: from a file to its report, through the screens; and who sees what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cabinet_pages.payments.models import Payment
from imports.models import BatchState, ImportBatch
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld, body_of, make_world, staff_routes

INDEX = reverse("imports_importbatch_modeladmin_index")
CREATE = reverse("imports_importbatch_modeladmin_create")
OBJECT_ACTIONS = {
    "inspect", "edit", "delete", "history", "status", "file", "issues", "mapping", "errors", "undo", "cancel",
}  # fmt: skip
SCREENS = {"pushtoken", "importbatch", "importprofile", "bankcredit"}
HEADING = "Особовий рахунок;Документ;Дата платежу;Сума платежу;Стаття реалізації"
GOOD = [
    "80-431930;D1;08.01.2026;100,50;Активна електроенергія",
    "80-431930;D2;09.01.2026;-2,00;Пеня",
]
BAD = "80-431930;D3;32.01.2026;1,00;Пеня"


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def a_file(*lines: str, name: str = "платежі.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADING, *lines, ""]).encode("cp1251"))


def upload(client: Client, *lines: str, branch: str = "VIN", **fields: Any) -> Any:
    data = {"kind": "payments", "branch": branch, "file": a_file(*lines), **fields}
    return client.post(CREATE, data)


def url_of(action: str, batch: Any) -> str:
    return reverse(f"imports_importbatch_modeladmin_{action}", args=[getattr(batch, "pk", batch)])


def test_every_route_of_the_desk_has_a_case() -> None:
    routes = staff_routes("imports")
    assert {action for screen, action in routes if screen == "importbatch"} == {"index", "create", *OBJECT_ACTIONS}
    # Sources, tokens and the queue of receipts have cases of their own.
    assert {screen for screen, _ in routes} <= SCREENS


def test_a_file_is_previewed_confirmed_and_reported(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    before = Payment.objects.count()
    answer = upload(client, *GOOD)
    batch = ImportBatch.objects.get()
    assert answer.url == url_of("inspect", batch)
    preview = client.get(answer.url).content.decode()
    for seen in ("Очікує підтвердження", "80-431930", "08.01.2026", "100,50", "98,50", "Застосувати", "Пеня"):
        assert seen in preview
    assert Payment.objects.count() == before
    report = client.post(answer.url, {"action": "apply"}, follow=True).content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.new, batch.promoted_by) == (BatchState.APPLIED, 2, world.vin.operator)
    assert "Звіт" in report
    assert Payment.objects.count() == before + 2
    # A repeated click on the confirmation changes nothing.
    client.post(answer.url, {"action": "apply"})
    assert Payment.objects.count() == before + 2


def test_the_same_file_again_changes_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    for _ in range(2):
        page = upload(client, *GOOD).url
        client.post(page, {"action": "apply"})
    last = ImportBatch.objects.first()
    assert last is not None
    assert (last.state, last.new, last.changed, last.unchanged) == (BatchState.UNCHANGED, 0, 0, 2)


def test_old_and_new_values_stand_side_by_side(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    client.post(upload(client, *GOOD).url, {"action": "apply"})
    page = upload(client, GOOD[0].replace("100,50", "200,75"), GOOD[1]).url
    text = client.get(page).content.decode()
    assert "<del>100,50</del> → <ins>200,75</ins>" in text
    assert client.get(f"{page}?status=new").context["differences"] == []
    assert len(client.get(f"{page}?status=changed&account=80-4").context["differences"]) == 1
    assert client.get(f"{page}?account=80-5").context["differences"] == []


def test_bad_rows_are_named_and_stay_out_only_when_accepted(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    before = Payment.objects.count()
    page = upload(client, *GOOD, BAD).url
    text = client.get(page).content.decode()
    for seen in ("32.01.2026", "Дата платежу", "Прийняти лише правильні рядки"):
        assert seen in text
    refused = client.post(page, {"action": "apply"})
    assert refused.status_code == 422
    assert "Поставте позначку" in refused.content.decode()
    assert Payment.objects.count() == before
    assert ImportBatch.objects.get().state == BatchState.PREVIEWED
    client.post(page, {"action": "apply", "accept_rejected": "on"})
    assert ImportBatch.objects.get().state == BatchState.APPLIED
    assert Payment.objects.count() == before + 2


def test_a_file_of_another_branch_is_refused_row_by_row_and_tells_nothing(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    page = upload(client, "80-36;D1;08.01.2026;1,00;Пеня", "80-999999;D2;08.01.2026;1,00;Пеня").url
    answer = client.get(page)
    foreign, absent = [message for issue, message in answer.context["issues"] if issue.code == "account_not_in_branch"]
    assert foreign.replace("80-36", "…") == absent.replace("80-999999", "…")
    assert world.tro.canary not in answer.content.decode()
    assert "застосовувати нічого" in answer.content.decode()
    client.post(page, {"action": "apply", "accept_rejected": "on"})
    assert not Payment.objects.filter(document="D1").exists()


@pytest.mark.parametrize("branch", ["TRO", "ALL", "", "XXX"])
def test_an_operator_uploads_for_the_own_branch_alone(
    branch: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    assert upload(as_user(world.vin.operator), *GOOD, branch=branch).status_code == 422
    assert not ImportBatch.objects.exists()


def test_the_central_office_uploads_for_all_branches(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.central)
    page = upload(client, GOOD[0], "80-36;D9;08.01.2026;1,00;Пеня", branch="ALL").url
    client.post(page, {"action": "apply"})
    assert Payment.objects.filter(document="D9", account=world.tro.account).exists()
    batch = ImportBatch.objects.get()
    assert batch.branch is None
    # Nobody of one branch sees a file of all branches.
    assert as_user(world.vin.operator).get(url_of("inspect", batch)).status_code == 404


def test_a_batch_of_another_branch_is_absent(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    upload(as_user(world.vin.operator), *GOOD)
    batch = ImportBatch.objects.get()
    client = as_user(world.tro.operator)
    for action in sorted(OBJECT_ACTIONS):
        for method in (client.get, client.post):
            foreign, absent = (method(url_of(action, key), {"action": "apply"}) for key in (batch, 987654321))
            assert (foreign.status_code, absent.status_code) == (404, 404), action
            assert foreign.content == absent.content
        assert client.get(url_of(action, "abc")).status_code == 404
    batch.refresh_from_db()
    assert batch.state == BatchState.PREVIEWED
    assert list(client.get(INDEX).context["object_list"]) == []
    assert list(client.get(f"{INDEX}?branch=VIN&state=previewed&q=платежі").context["object_list"]) == []


def test_own_batches_open_on_every_route(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    upload(client, *GOOD, BAD)
    batch = ImportBatch.objects.get()
    # What is not applied cannot be taken back: that has cases of its own.
    actions = OBJECT_ACTIONS - {"undo", "cancel"}
    found = {action: client.get(url_of(action, batch)).status_code for action in actions}
    assert found == {**dict.fromkeys(actions, 200), "edit": 302, "delete": 302}
    assert client.get(INDEX).status_code == client.get(CREATE).status_code == 200
    assert body_of(client.get(url_of("file", batch))) == a_file(*GOOD, BAD).read()
    assert "Помилка;Особовий рахунок" in body_of(client.get(url_of("errors", batch))).decode("cp1251")
    assert client.get(url_of("status", batch)).json()["state"] == "previewed"


def test_customers_and_anonymous_people_get_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    upload(as_user(world.vin.operator), *GOOD)
    batch = ImportBatch.objects.get()
    for client in (Client(), as_user(world.vin.person)):
        for url in (INDEX, CREATE, *(url_of(action, batch) for action in OBJECT_ACTIONS)):
            answer = client.get(url)
            assert answer.status_code in {302, 403, 404}
            assert "80-431930" not in body_of(answer).decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "порожній"),
        (b"%PDF-1.4 something", "PDF"),
        ("Прізвище;Ім'я\nКоваль;Олена\n".encode("cp1251"), "Особовий рахунок"),
        ((HEADING + "\n").encode("cp1251"), "немає рядків"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_clear_sentence(
    content: bytes, sentence: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    answer = upload(client, file=SimpleUploadedFile("file.csv", content))
    text = client.get(answer.url).content.decode()
    assert sentence in text
    assert ImportBatch.objects.get().state == BatchState.REFUSED


def test_a_repeated_click_on_the_upload_makes_one_batch(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    token = client.get(CREATE).context["form"]["token"].value()
    pages = {upload(client, *GOOD, token=str(token)).url for _ in range(2)}
    assert len(pages) == 1
    assert ImportBatch.objects.count() == 1


def test_issues_come_back_as_a_file_without_formulas(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    upload(client, GOOD[0], "80-431930;D3;=1+1;1,00;Пеня")
    text = body_of(client.get(url_of("issues", ImportBatch.objects.get()))).decode("utf-8-sig")
    assert "Дата платежу" in text
    assert ";'=1+1;" in text


def test_hostile_cells_and_names_are_shown_as_text(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    hostile = "<script>alert(1)</script>"
    page = upload(client, f"80-431930;{hostile};08.01.2026;1,00;{hostile}", f"{hostile};D;x;y;z").url
    assert hostile not in client.get(page).content.decode()


@pytest.mark.parametrize("query", ["status=x", "change=%00", "level=no", "account=%00%27", "p=-1", "ip=999", "foo=1"])
def test_made_up_parameters_do_not_fail(query: str, world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    page = upload(client, *GOOD, BAD).url
    assert client.get(f"{page}?{query}").status_code == 200
    assert client.get(f"{INDEX}?{query}").status_code == 200


def test_the_preview_is_paged_and_its_queries_do_not_grow(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    counts = []
    for size in (1, 130):
        rows = [f"80-431930;E{number};08.01.2026;{number + 1},00;Пеня" for number in range(size)]
        errors = [BAD.replace("D3", f"F{number}") for number in range(size)]
        page = upload(client, *rows, *errors).url
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(answer.context["differences"]) == len(answer.context["issues"]) == 50
    second = client.get(f"{page}?p=3&ip=2")
    assert second.context["differences"][0].row == 102


def test_the_desk_is_where_operators_land(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    make.make_site()
    for user in (world.vin.operator, world.central):
        assert as_user(user).get(reverse("cabinet_landing")).url == INDEX


def test_a_file_cannot_speak_of_the_future(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    answer = upload(as_user(world.vin.operator), *GOOD, as_of="2999-01-01T00:00")
    assert answer.status_code in (200, 422)
    assert "вкажіть момент, який уже минув" in answer.content.decode()
    assert not ImportBatch.objects.exists()
