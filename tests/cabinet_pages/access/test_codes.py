"""The life of an activation code: issue, use, wrong tries, expiry, replacement, races."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cabinet_pages.access import audit
from cabinet_pages.access.models import Access, ActivationCode, Basis, RequestState
from cabinet_pages.access.queries import accesses_for, scope_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.rules import CODE_ALPHABET
from cabinet_pages.access.services import activate, resend_code, withdraw_request
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories
from tests.cabinet_pages.access.conftest import ask, confirm, mailed_code


def another(code: str) -> str:
    """A code of the right form that is not this one."""
    last = CODE_ALPHABET[(CODE_ALPHABET.index(code[-1]) + 1) % len(CODE_ALPHABET)]
    return code[:-1] + last


def reason(user: Any, code: str) -> str:
    with pytest.raises(Refused) as refused:
        activate(user=user, code=code)
    return refused.value.code


@pytest.mark.django_db
class TestACode:
    def test_opens_the_picked_accounts_to_an_owner(self) -> None:
        user, account = factories.make_user(), factories.make_account("80-431930")
        request = ask(user)
        code = confirm(request, account)
        assert not accesses_for(user).exists(), "a confirmation alone opens nothing"
        activation = activate(user=user, code=code.lower())
        assert activation.account_numbers == ("80-431930",)
        assert not activation.repeated
        scope = scope_for(user, "80-431930")
        assert scope is not None
        assert scope.role == "owner"
        request.refresh_from_db()
        assert request.state == RequestState.ACTIVATED
        assert ModelLogEntry.objects.filter(action=audit.CODE_USE, user=user).count() == 1

    def test_is_stored_nowhere_in_clear_but_in_its_mail(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        plain = code.replace("-", "")
        stored = ActivationCode.objects.get()
        assert len(stored.code_hash) == 64
        for model in (ActivationCode, Access, ModelLogEntry, type(stored.request)):
            for row in model.objects.values():
                assert plain not in str(row)
                assert code not in str(row)
        assert code in OutgoingMail.objects.get(to=user.email).text
        assert code in OutgoingMail.objects.get(to=user.email).html

    def test_works_once_and_a_repeated_click_gets_the_same_answer(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        activate(user=user, code=code)
        again = activate(user=user, code=code)
        assert again.repeated
        assert again.account_numbers == (account.number,)
        assert Access.objects.count() == 1
        Access.objects.update(closed_at=timezone.now())
        assert reason(user, code) == "code_used", "a spent code opens no account that was taken away since"
        assert Access.objects.count() == 1

    def test_is_bound_to_its_person(self) -> None:
        user, thief, account = factories.make_user(), factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        assert reason(thief, code) == "code_wrong"
        assert not accesses_for(thief).exists()
        activate(user=user, code=code)

    def test_lives_seven_days(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
            assert reason(user, code) == "code_expired"
        with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
            activate(user=user, code=code)

    def test_dies_after_five_wrong_tries(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        assert [reason(user, another(code)) for _ in range(6)] == ["code_wrong"] * 4 + ["code_exhausted"] * 2
        assert ActivationCode.objects.get().tries == 5
        assert reason(user, code) == "code_exhausted"
        assert not accesses_for(user).exists()

    def test_survives_four_wrong_tries_and_what_is_no_code_at_all(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        for _ in range(4):
            reason(user, another(code))
        for typed in ("", "123", "ЖЖЖЖ-ЖЖЖЖ-ЖЖЖЖ"):
            assert reason(user, typed) == "code_form"
        activate(user=user, code=code)

    def test_a_wrong_try_counts_against_every_living_code_of_the_person_and_nobody_elses(self) -> None:
        user, other = factories.make_user(), factories.make_user()
        first = confirm(ask(user), factories.make_account())
        confirm(ask(user, "TRO"), factories.make_account(branch=factories.make_branch("TRO")))
        confirm(ask(other), factories.make_account())
        reason(user, another(first))
        assert list(ActivationCode.objects.order_by("pk").values_list("tries", flat=True)) == [1, 1, 0]

    def test_is_killed_by_the_next_one(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        request = ask(user)
        old = confirm(request, account)
        operator = factories.make_operator("vin@example.com", request.branch)
        for _ in range(5):
            reason(user, another(old))
        new = mailed_code(resend_code(by=operator, request=request).pk)
        assert reason(user, old) == "code_replaced"
        activate(user=user, code=new)
        assert accesses_for(user).count() == 1

    def test_can_be_sent_again_only_by_its_branch_and_only_while_it_is_waited_for(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        request = ask(user)
        foreign = factories.make_operator("tro@example.com", factories.make_branch("TRO"))
        own = factories.make_operator("vin@example.com", request.branch)
        for operator, expected in ((foreign, "not_your_branch"), (own, "not_confirmed"), (user, "not_your_branch")):
            with pytest.raises(Refused) as refused:
                resend_code(by=operator, request=request)
            assert refused.value.code == expected
        activate(user=user, code=confirm(request, account))
        with pytest.raises(Refused, match="not_confirmed"):
            resend_code(by=own, request=request)

    def test_dies_with_a_withdrawn_request(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        request = ask(user)
        code = confirm(request, account)
        withdraw_request(user=user, request=request)
        assert reason(user, code) == "code_replaced"

    def test_of_one_branch_opens_no_account_of_another(self) -> None:
        user = factories.make_user()
        tro = factories.make_branch("TRO")
        in_vin, in_tro = factories.make_account("80-431930"), factories.make_account("80-36", tro)
        code_vin, code_tro = confirm(ask(user), in_vin), confirm(ask(user, "TRO"), in_tro)
        activate(user=user, code=code_vin)
        assert scope_for(user, "80-431930") is not None
        assert scope_for(user, "80-36") is None
        activate(user=user, code=code_tro)
        assert scope_for(user, "80-36") is not None

    def test_opens_nothing_that_left_the_branch_after_the_confirmation(self) -> None:
        user = factories.make_user()
        account = factories.make_account("80-431930")
        code = confirm(ask(user), account)
        account.branch = factories.make_branch("TRO")
        account.save()
        assert reason(user, code) == "code_nothing_left"
        assert not Access.objects.exists()
        assert ActivationCode.objects.get().used_at is None, "a refusal spends no code"

    def test_ends_with_the_power_of_attorney(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        until = kyiv_today() + timedelta(days=3)
        fields = {"basis": Basis.POWER_OF_ATTORNEY, "attorney_number": "17", "valid_until": until}
        code = confirm(ask(user, **fields), account)
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert reason(user, code) == "code_attorney_ended"
        activate(user=user, code=code)
        assert accesses_for(user).count() == 1
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert not accesses_for(user).exists(), "a right that rests on a power of attorney ends by itself"

    def test_of_a_new_power_of_attorney_renews_a_right_that_ran_out(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        factories.grant(user, account, valid_until=kyiv_today() - timedelta(days=1))
        assert not accesses_for(user).exists()
        activate(user=user, code=confirm(ask(user), account))
        assert accesses_for(user).count() == 1


def at_once(times: int, act: Any) -> list[Any]:
    """Do a thing in several threads, each with a connection of its own, as close together as they can."""
    barrier = Barrier(times)

    def one(number: int) -> Any:
        try:
            barrier.wait(10)
            return act(number)
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_one_code_entered_many_times_opens_its_account_once(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        answers = at_once(8, lambda number: activate(user=user, code=code).repeated)
        assert sorted(map(str, answers)) == ["False", *["True"] * 7]
        assert Access.objects.count() == 1
        assert ActivationCode.objects.filter(used_at__isnull=False).count() == 1

    def test_guesses_all_at_once_are_five_at_most(self) -> None:
        user, account = factories.make_user(), factories.make_account()
        code = confirm(ask(user), account)
        at_once(8, lambda number: activate(user=user, code=another(code)))
        assert ActivationCode.objects.get().tries == 5
        assert at_once(2, lambda number: activate(user=user, code=code)) == ["code_exhausted"] * 2
        assert not Access.objects.exists()
