"""«Юридичний споживач»: the request, its states, the code, the way to the accounts."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cabinet_pages.access.models import AccessRequest, RequestState
from cabinet_pages.access.queries import accesses_for
from cabinet_pages.access.services import refuse_request
from cabinet_pages.utility.models import UtilitySettings
from cabinet_pages.windows.pages import ConsumerSectionPage
from tests import factories
from tests.cabinet_pages.access.conftest import ask, confirm

pytestmark = pytest.mark.django_db
SECTION = "/cabinet/legal/"
REQUEST = f"{SECTION}request/"
CODE = f"{SECTION}code/"


@pytest.fixture
def section() -> ConsumerSectionPage:
    factories.make_site()
    return ConsumerSectionPage.objects.get()


@pytest.fixture
def user(section: ConsumerSectionPage) -> Any:
    return factories.make_user("newcomer@example.com")


@pytest.fixture
def browser(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {
        "token": str(uuid4()),
        "branch": factories.make_branch().pk,
        "customer_code": "30036471",
        "account_numbers": "80-431930",
        "contract_number": "",
        "position": "бухгалтер",
        "basis": "head",
        **changes,
    }


def seen(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).split())


def test_somebody_without_accounts_sees_how_to_get_one_and_no_error(browser: Client, section: Any) -> None:
    utility = UtilitySettings.for_site(section.get_site())
    utility.short_name = 'АТ "Вінницяобленерго"'
    utility.save()
    response = browser.get(SECTION)
    page = seen(response)
    assert response.status_code == 200
    assert (
        'Для подальшої роботи Вам необхідно звернутись у відповідну структурну одиницю АТ "Вінницяобленерго" для '
        "отримання підтвердження про успішну реєстрацію та отримання коду активації особистого кабінету."
    ) in page
    for label in ("Структурна одиниця", "Код ЄДРПОУ/РНОКПП", "Особові рахунки", "№ договору", "Посада", "Підстава"):
        assert label in page, label
    for label in ("керівник", "за довіреністю", "Довіреність №", "Діє до", "Скан документа"):
        assert label in page, label


def test_a_request_is_sent_seen_and_withdrawn(browser: Client, user: Any, section: Any) -> None:
    page = seen(browser.post(REQUEST, form(), follow=True))
    assert "Заяву надіслано до структурної одиниці" in page
    assert "очікує підтвердження" in page
    request = AccessRequest.objects.get(user=user)
    assert request.account_numbers == "80-431930"
    address = f"{REQUEST}{request.uuid}/withdraw/"
    assert browser.get(address).status_code == 405
    assert "відкликано" in seen(browser.post(address, follow=True))
    again = seen(browser.post(address, follow=True))
    assert "notice--error" not in again, "a repeated click finds its work done"
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def test_a_double_click_makes_one_request(browser: Client) -> None:
    fields = form()
    browser.post(REQUEST, fields)
    browser.post(REQUEST, fields)
    assert AccessRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"account_numbers": ""}, "Введіть особові рахунки або № договору."),
        ({"customer_code": "123"}, "Код ЄДРПОУ має 8 цифр"),
        ({"basis": "attorney"}, "Введіть номер довіреності."),
        ({"basis": "attorney", "attorney_number": "1", "valid_until": "2020-01-01"}, "вже минув"),
        ({"basis": "attorney", "attorney_number": "1", "valid_until": "31.02.2030"}, "Такої дати немає"),
        ({"branch": "999999"}, "Структурна одиниця:"),
        ({"scan": SimpleUploadedFile("x.pdf", b"<svg/>", "application/pdf")}, "Скан має бути файлом PDF"),
        ({"token": "x"}, ""),
    ],
)
def test_a_wrong_request_says_what_is_wrong_and_keeps_what_was_typed(
    browser: Client, section: Any, changes: dict[str, Any], complaint: str
) -> None:
    response = browser.post(REQUEST, form(**changes))
    assert response.status_code == 422
    assert complaint in seen(response)
    assert "бухгалтер" in seen(response)
    assert not AccessRequest.objects.exists()


def test_a_power_of_attorney_and_a_scan_are_kept(browser: Client) -> None:
    scan = SimpleUploadedFile("Довіреність.png", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "image/png")
    changes = {"basis": "attorney", "attorney_number": "17", "valid_until": "31.12.2099", "scan": scan}
    assert browser.post(REQUEST, form(**changes)).status_code == 302
    request = AccessRequest.objects.get()
    assert (request.attorney_number, f"{request.valid_until}") == ("17", "2099-12-31")
    assert request.scan.name.endswith(".png")
    assert request.scan_name == "Довіреність.png"


def test_a_refusal_shows_its_reason(browser: Client, user: Any) -> None:
    request = ask(user)
    operator = factories.make_operator("vin@example.com", request.branch)
    refuse_request(by=operator, request=request, reason="Довіреність прострочена")
    assert "Довіреність прострочена" in seen(browser.get(REQUEST))


def test_nobody_elses_request_can_be_withdrawn(browser: Client) -> None:
    foreign = ask(factories.make_user())
    for uuid in (foreign.uuid, uuid4()):
        assert browser.post(f"{REQUEST}{uuid}/withdraw/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == RequestState.SUBMITTED


def test_the_code_opens_the_accounts_and_the_list_follows(browser: Client, user: Any) -> None:
    code = confirm(ask(user), factories.make_account("80-431930"))
    page = seen(browser.get(SECTION))
    assert "підтверджено, код надіслано" in page
    assert "Введіть код активації" in page
    wrong = browser.post(CODE, {"code": "ABCD-EFGH-2345"})
    assert wrong.status_code == 422
    assert "Залишилось 4 спроби." in seen(wrong)
    answer = browser.post(CODE, {"code": code.lower().replace("-", " ")}, follow=True)
    assert answer.redirect_chain[0][0].endswith("/cabinet/legal/accounts/")
    assert "Особові рахунки відкрито: 80-431930." in seen(answer)
    repeated = browser.post(CODE, {"code": code}, follow=True)
    assert "Цей код уже використано." in seen(repeated)
    assert accesses_for(user).count() == 1


def test_with_accounts_the_section_leads_to_the_list_and_another_request_can_be_made(
    browser: Client, user: Any
) -> None:
    factories.grant(user, factories.make_account())
    assert browser.get(SECTION)["Location"].endswith("/cabinet/legal/accounts/")
    page = seen(browser.get(REQUEST))
    assert "Додати рахунок" in page
    assert browser.post(REQUEST, form(branch=factories.make_branch("TRO").pk)).status_code == 302
    assert browser.get("/my/activation/")["Location"].endswith(REQUEST)


def test_guessing_codes_is_stopped_for_an_hour(browser: Client, user: Any) -> None:
    code = confirm(ask(user), factories.make_account())
    statuses = [browser.post(CODE, {"code": "ABCD-EFGH-2345"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    blocked = browser.post(CODE, {"code": code})
    assert blocked.status_code == 429
    assert "Спробуйте через годину" in seen(blocked)


def test_one_address_cannot_guess_with_many_logins(section: Any) -> None:
    statuses = []
    for _ in range(5):
        client = Client()
        client.force_login(factories.make_user())
        statuses += [client.post(CODE, {"code": "ABCD-EFGH-2345"}).status_code for _ in range(5)]
    assert statuses == [422] * 20 + [429] * 5


def test_everything_is_closed_to_anonymous_people_and_to_forgers(section: Any, user: Any) -> None:
    for address in (SECTION, REQUEST, CODE, f"{REQUEST}{uuid4()}/withdraw/"):
        for answer in (Client().get(address), Client().post(address)):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/accounts/login/")
            assert "no-store" in answer["Cache-Control"]
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(user)
    assert forger.post(REQUEST, form()).status_code == 403
    assert not AccessRequest.objects.exists()


def test_the_chooser_names_the_live_sections(browser: Client, section: Any) -> None:
    page = seen(browser.get("/cabinet/"))
    assert re.search(r'<a href="[^"]*/cabinet/legal/">Юридичний споживач</a>', page)
    section.unpublish()
    assert "Юридичний споживач</a>" not in seen(browser.get("/cabinet/"))


def test_the_page_takes_few_queries_however_many_requests_there_are(
    browser: Client, user: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        ask(user)
    browser.get(REQUEST)
    with django_assert_max_num_queries(15):
        browser.get(REQUEST)


def test_an_editor_previews_the_section_without_anybodys_data(section: Any, rf: Any) -> None:
    ask(factories.make_user())
    editor = factories.make_user(is_superuser=True)
    client = Client()
    client.force_login(editor)
    response = client.get(f"/admin/pages/{section.pk}/view_draft/")
    assert response.status_code == 200
    assert "80-431930" not in response.content.decode()
