"""`manage.py cabinet_doctor` tells what is plugged in, and ends with 1 where something is wrong."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from wagtail import hooks

from cabinet_pages.access.groups import OPERATORS_GROUP
from cabinet_pages.doctor import HOOK, Topic, topics
from cabinet_pages.documents.models import SignedDocument, SpoiledFile
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.payments.pages import PaymentsPage
from cabinet_pages.printing.rendering import Xhtml2PdfRenderer
from cabinet_pages.windows.pages import CabinetPage
from tests.factories import make_account, make_branch, make_counter_signature, make_site

pytestmark = pytest.mark.django_db


def _report() -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("cabinet_doctor", stdout=out, no_color=True)
    except SystemExit as left:
        return out.getvalue(), int(str(left.code))
    return out.getvalue(), 0


def _problems() -> list[str]:
    return [problem for topic in topics() for problem in topic.problems]


@pytest.fixture
def healthy() -> CabinetPage:
    """An installed cabinet with a branch."""
    make_branch()
    return make_site()


@pytest.mark.usefixtures("healthy")
def test_a_healthy_cabinet_names_its_parts_and_ends_with_nothing_wrong() -> None:
    PaymentsPage.objects.get().unpublish()
    text, code = _report()
    assert code == 0, text
    for part in (
        "Section «Юридичний споживач»",
        "Отримання платежів: cabinet_pages.payments.pages.PaymentsPage (not published)",
        "far_from_mean: cabinet_pages.readings.checks.FarFromMean",
        "Xhtml2PdfRenderer",
        "private: django.core.files.storage",
        "payments: imports.resources.payments.PaymentResource",
        "csv: imports.formats.text.TextTable",
        "Nothing is wrong.",
    ):
        assert part in text, part


def test_a_site_without_the_cabinet_is_told_to_install_it() -> None:
    Group.objects.all().delete()
    text, code = _report()
    assert code == 1
    assert "No cabinet page is published" in text
    assert f"The group «{OPERATORS_GROUP}» is missing: run manage.py cabinet_install" in text
    assert "There is no branch" in text


@pytest.mark.usefixtures("healthy")
def test_what_is_wrong_is_named_with_its_remedy(settings: Any) -> None:
    OutgoingMail.objects.create(
        event_key="late", to="a@example.com", subject="s", text="t", send_after=timezone.now() - timedelta(hours=1)
    )
    settings.WAGTAIL_CABINET = {
        "PDF_RENDERER": {"BACKEND": "nowhere.Renderer"},
        "PRIVATE_STORAGE": "missing",
        "TASK_BACKEND": "missing",
    }
    problems = "\n".join(_problems())
    for part in ("nowhere.Renderer", "STORAGES['missing']", "TASKS has no usable 'missing'"):
        assert part in problems, part
    settings.WAGTAIL_CABINET = {}
    assert "1 mails are due for more than 15 minutes" in "\n".join(_problems())


@pytest.mark.usefixtures("healthy")
def test_a_permission_taken_from_a_group_is_a_problem() -> None:
    group = Group.objects.get(name=OPERATORS_GROUP)
    group.permissions.remove(group.permissions.get(codename="view_payment"))
    assert any("cabinet_pages.view_payment" in problem for problem in _problems())


@pytest.mark.usefixtures("healthy")
def test_two_things_of_one_name_are_a_problem_and_an_app_adds_topics_by_a_hook() -> None:
    with (
        hooks.register_temporarily("register_import_format", lambda: _second_csv()),
        hooks.register_temporarily(HOOK, lambda: [Topic("Town", ("heating",), ("cold",))]),
    ):
        problems = _problems()
        assert "cold" in problems
        assert any(problem.startswith("csv is registered twice") for problem in problems)
        assert Xhtml2PdfRenderer.__name__ in str(topics())


def _second_csv() -> Any:
    from imports.formats import TextTable

    class Second(TextTable):
        rank = 999

    return Second()


@pytest.mark.usefixtures("healthy")
def test_files_that_wait_to_be_checked_are_counted_and_spoiled_ones_named() -> None:
    document = SignedDocument.objects.create(
        account=make_account(), kind="Акт", number="1", dated=date(2026, 1, 31), file="x", file_name="x"
    )
    make_counter_signature(document)
    assert "2 files wait to be checked" in _report()[0]
    SpoiledFile.objects.create(path="documents/aa/aab", stated_sha256="a" * 64, found_sha256="b" * 64)
    (problem,) = _problems()
    assert problem.startswith("documents/aa/aab holds other bytes")
    assert "a" * 64 in problem
