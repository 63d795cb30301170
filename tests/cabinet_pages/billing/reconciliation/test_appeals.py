"""«Не погоджуюсь»: an appeal bound to a line, the branch's answer, and who is told."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import Role
from cabinet_pages.billing.models import Balance
from cabinet_pages.billing.reconciliation.messages import AppealRefused
from cabinet_pages.billing.reconciliation.models import Appeal, AppealState
from cabinet_pages.billing.reconciliation.queries import act_for, appeals_for, stated_for
from cabinet_pages.billing.reconciliation.rules import Line
from cabinet_pages.billing.reconciliation.services import answer_appeal, file_appeal
from cabinet_pages.payments.models import Payment
from tests import factories
from tests.cabinet_pages.billing.reconciliation.conftest import ActWorld
from tests.support.outbox import letters
from tests.support.windows import SECTION, client_of, visit

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
QUARTER = f"first={FIRST}&last={LAST}"
WORDS = "За платіжним дорученням № 17 сплачено 55,00"


@pytest.fixture
def operator(world: ActWorld) -> Any:
    return factories.make_operator("operator@example.com", world.account.branch)


def line(world: ActWorld, place: int = 0) -> Line:
    return act_for(world.scope, FIRST, LAST, stated_for(world.scope)).lines[place]


def filed(world: ActWorld, place: int = 0) -> Appeal:
    return file_appeal(by=world.owner, scope=world.scope, line=line(world, place), first=FIRST, last=LAST, words=WORDS)


def address(world: ActWorld, place: int = 0) -> str:
    return f"{SECTION}/finance/80-431930/act/appeal/?{QUARTER}&line={line(world, place).key}"


def test_a_disagreement_is_kept_with_the_line_as_it_was_and_the_branch_is_told(world: ActWorld) -> None:
    world.account.branch.email = "branch@example.com"
    world.account.branch.save()
    form = world.client.get(address(world))
    assert "Оплата, документ № 17, Активна електроенергія" in form.content.decode()
    response = world.client.post(address(world), {"words": WORDS}, follow=True)
    appeal = Appeal.objects.get()
    assert (appeal.line_key, appeal.line_text) == (line(world).key, "Оплата, документ № 17, Активна електроенергія")
    assert (appeal.line_day, appeal.debit, appeal.credit) == (date(2026, 1, 20), None, Decimal("50.00"))
    assert (appeal.first_day, appeal.last_day, appeal.words) == (FIRST, LAST, WORDS)
    assert (appeal.state, appeal.filed_by) == (AppealState.OPEN, world.owner)
    assert "Звернення передано структурній одиниці" in response.content.decode()
    assert WORDS in response.content.decode()
    (mail,) = letters("appeal-filed:")
    assert mail.to == "branch@example.com"
    assert WORDS in mail.text
    assert "документ № 17" in mail.text
    entry = ModelLogEntry.objects.get(action="cabinet.appeal.file")
    assert (entry.user, entry.data["appeal"]) == (world.owner, str(appeal.uuid))
    Payment.objects.filter(order_number="17").update(amount=Decimal("55.00"))
    assert "50,00" in visit(world.client, "finance/80-431930/appeals/").text


def test_the_same_line_appealed_twice_while_open_is_the_same_appeal(world: ActWorld) -> None:
    assert filed(world) == filed(world)
    response = world.client.post(address(world), {"words": "Ще раз"}, follow=True)
    assert "Ви вже не погодилися з цим рядком" in response.content.decode()
    assert Appeal.objects.count() == 1
    assert len(ModelLogEntry.objects.filter(action="cabinet.appeal.file")) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_appeal(world.account, line_key=line(world).key)


def test_an_answered_line_may_be_appealed_again(world: ActWorld, operator: Any) -> None:
    answer_appeal(by=operator, appeal=filed(world), answer="Звірено")
    assert filed(world).state == AppealState.OPEN
    assert Appeal.objects.count() == 2


def test_the_act_shows_which_lines_have_an_open_appeal(world: ActWorld) -> None:
    filed(world)
    page = visit(world.client, "finance/80-431930/act/", first=str(FIRST), last=str(LAST))
    assert [row[-1] for row in page.cells()[1:3]] == ["Звернення подано", "Не погоджуюсь — рядок 2"]


@pytest.mark.parametrize("words", ["", "   ", "\x00"])
def test_an_appeal_needs_words(world: ActWorld, words: str) -> None:
    assert world.client.post(address(world), {"words": words}).status_code == 422
    with pytest.raises(AppealRefused, match="words_required"):
        file_appeal(by=world.owner, scope=world.scope, line=line(world), first=FIRST, last=LAST, words=words)
    assert not Appeal.objects.exists()


def test_a_viewer_may_not_and_a_submitter_may(world: ActWorld) -> None:
    for role, allowed in ((Role.VIEWER, False), (Role.SUBMITTER, True)):
        person = factories.make_user()
        factories.grant(person, world.account, role)
        response = client_of(person).post(address(world), {"words": WORDS})
        assert response.status_code == (302 if allowed else 422)
        assert Appeal.objects.filter(filed_by=person).exists() == allowed
    page = client_of(factories.make_user())
    assert page.post(address(world), {"words": WORDS}).status_code == 404


def test_a_viewer_reads_why_there_is_no_form(world: ActWorld) -> None:
    viewer = factories.make_user()
    factories.grant(viewer, world.account, Role.VIEWER)
    text = client_of(viewer).get(address(world)).content.decode()
    assert "Ваш доступ дає змогу лише переглядати" in text
    assert "<textarea" not in text


@pytest.mark.parametrize("key", ["payment:999999", "x", "paid-gap:2026-01:"])
def test_a_line_that_the_act_does_not_have_is_absent(world: ActWorld, key: str) -> None:
    path = f"{SECTION}/finance/80-431930/act/appeal/?{QUARTER}&line={key}"
    assert world.client.get(path).status_code == 404
    assert world.client.post(path, {"words": WORDS}).status_code == 404


def test_a_difference_that_is_being_clarified_can_be_appealed_too(world: ActWorld) -> None:
    Balance.objects.filter(period=date(2026, 3, 1)).update(charged=Decimal("5.00"), closing=Decimal("45.00"))
    appeal = filed(world, -1)
    assert (appeal.line_key, appeal.debit) == ("charged-gap:2026-03:", Decimal("5.00"))
    assert appeal.line_text == "Не рознесено / уточнюється: нараховано за березень 2026"


def test_the_branch_answers_once_and_the_person_reads_it(world: ActWorld, operator: Any) -> None:
    appeal = filed(world)
    url = f"/admin/cabinet_pages/appeal/inspect/{appeal.pk}/"
    client = client_of(operator)
    assert WORDS in client.get(url).content.decode()
    assert client.post(url, {"answer": " "}).status_code == 422
    response = client.post(url, {"answer": "Різницю зараховано 02.04.2026"}, follow=True)
    assert "Відповідь надіслано" in response.content.decode()
    assert (
        "на це звернення вже є відповідь" in client.post(url, {"answer": "Інша"}, follow=True).content.decode().lower()
    )
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer, appeal.answered_by) == (
        AppealState.ANSWERED,
        "Різницю зараховано 02.04.2026",
        operator,
    )
    (mail,) = letters("appeal-answered:")
    assert mail.to == "owner@example.com"
    assert "Різницю зараховано 02.04.2026" in mail.text
    assert re.search(r"/finance/80-431930/appeals/", mail.text)
    assert "Різницю зараховано 02.04.2026" in visit(world.client, "finance/80-431930/appeals/").text
    assert ModelLogEntry.objects.get(action="cabinet.appeal.answer").user == operator


def test_a_foreign_branch_neither_sees_nor_answers(world: ActWorld) -> None:
    appeal = filed(world)
    foreign = factories.make_operator("tro@example.com", factories.make_branch("TRO"))
    url = f"/admin/cabinet_pages/appeal/inspect/{appeal.pk}/"
    assert client_of(foreign).post(url, {"answer": "Ні"}).status_code == 404
    with pytest.raises(AppealRefused, match="not_your_branch"):
        answer_appeal(by=foreign, appeal=appeal, answer="Ні")
    appeal.refresh_from_db()
    assert appeal.state == AppealState.OPEN


def test_an_employee_who_may_only_look_does_not_answer(world: ActWorld, operator: Any) -> None:
    appeal = filed(world)
    group = operator.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_appeal"))
    url = f"/admin/cabinet_pages/appeal/inspect/{appeal.pk}/"
    client = client_of(operator)
    assert "<textarea" not in client.get(url).content.decode()
    assert "Ви не можете відповідати" in client.post(url, {"answer": "Так"}, follow=True).content.decode()
    assert not Appeal.objects.filter(state=AppealState.ANSWERED).exists()


def test_an_answer_goes_to_the_others_when_the_person_has_left(world: ActWorld, operator: Any) -> None:
    colleague = factories.make_user("colleague@example.com")
    factories.grant(colleague, world.account, Role.SUBMITTER)
    appeal = filed(world)
    world.owner.is_active = False
    world.owner.save()
    answer_appeal(by=operator, appeal=appeal, answer="Звірено")
    assert [mail.to for mail in letters("appeal-answered:")] == ["colleague@example.com"]


def test_the_list_of_the_branch_filters_open_and_answered(world: ActWorld, operator: Any) -> None:
    answer_appeal(by=operator, appeal=filed(world, 0), answer="Звірено")
    filed(world, 1)
    client = client_of(operator)
    shown = {
        state: client.get("/admin/cabinet_pages/appeal/", {"state": state}).content.decode()
        for state in ("open", "answered")
    }
    assert "Рахунок № Р-1" in shown["open"]
    assert "документ № 17" not in shown["open"]
    assert "документ № 17" in shown["answered"]


def test_an_earlier_owners_appeals_are_hidden(world: ActWorld) -> None:
    filed(world)
    later = factories.make_appeal(world.account, line_day=date(2026, 3, 16))
    world.account.owned_since = date(2026, 2, 15)
    world.account.save()
    assert list(appeals_for(world.scope)) == [later]
    world.account.owned_since = date(2026, 4, 21)
    world.account.save()
    assert not appeals_for(world.scope).exists()
