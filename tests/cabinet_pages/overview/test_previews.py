"""What an editor sees before publishing a window: made-up data, nobody's account."""

from datetime import date
from typing import Any

import pytest

from cabinet_pages.billing.pages import FinancePage, InvoicesPage
from cabinet_pages.documents.pages import DocumentsPage
from cabinet_pages.overview.pages import AccountListPage, PersonalInformationPage
from cabinet_pages.payments.pages import PaymentsPage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page_type", "made_up"),
    [
        (AccountListPage, "00-000000"),
        (PersonalInformationPage, "ТОВ «Приклад»"),
        (FinancePage, "Сальдо на кінець періоду"),
        (InvoicesPage, "анульований"),
        (DocumentsPage, "Приклад документа"),
        (PaymentsPage, "Приклад статті"),
    ],
)
def test_a_preview_shows_made_up_data_only(page_type: Any, made_up: str) -> None:
    factories.make_site()
    account = factories.make_account("80-431930")
    factories.make_payment(account, date(2020, 1, 8), "10000.00")
    response = page_type.objects.get().make_preview_request()
    assert response.status_code == 200
    text = response.content.decode()
    assert made_up in text
    assert "80-431930" not in text
