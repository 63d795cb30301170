"""The reading sheet of a customer with 500 points beside bare views that read, or `bulk_create`, the same rows.

All views are asked through the same middleware by the same signed-in person, in turns, and the median counts. The bare
view that opens makes model instances of the rows that the sheet reads and shows each in a table with a field; the bare
view that saves reads the numbers of the form and creates the readings, without a check, a calculation or a receipt.
"""

import argparse
import html
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import uuid4

MONTHS = 24
ROUNDS = 9
NUMBER = "80-500500"
_FIRST_DAY = date(2020, 1, 1)
# A page as small as it can be and still be the same form.
_BARE_PAGE = """<!doctype html><title>Readings</title><form method="post">{% csrf_token %}<table>{% for row in rows %}
<tr><th>{{ row.register.meter.point.name }} {{ row.register.meter.point.address }}</th>
<td>{{ row.register.meter.serial }}</td><td>{{ row.register.get_channel_display }}</td><td>{{ row.ratio }}</td>
<td>{{ row.last.value }} {{ row.last.read_on }}</td>
<td><input name="value_{{ row.register.pk }}" value="{{ row.current.value }}"></td></tr>{% endfor %}</table></form>"""


def sheet(options: argparse.Namespace) -> dict[str, Any]:
    """Open and save, ours and bare, in turns; the medians in milliseconds, and the stages of ours."""
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.sheet_urls"
    settings.ALLOWED_HOSTS = ["*"]

    from django.contrib.auth import get_user_model
    from django.test import Client

    from bench.contenders import Stages
    from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingSubmission
    from cabinet_pages.readings.sheet import queries, routes, services

    period = _account(options.rows)
    user = get_user_model().objects.get(email="sheet@bench.example")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = _window_address()
    stages = Stages()
    for module, name, stage in (
        (queries, "entry_sheets", "read the facts"),
        (routes, "calculate_sheet", "calculate"),
        (routes, "sheet_rows", "make rows"),
        (services, "calculate_sheet", "calculate"),
        (services, "insert_rows", "insert"),
        (services, "issue_receipts", "receipts"),
    ):
        stages.watch(module, name, stage)
    told: dict[str, list[float]] = {"open": [], "bare open": [], "calculate": [], "save": [], "bare save": []}
    stages_of: dict[str, dict[str, float]] = {"open": {}, "save": {}}
    values = _values(period)

    def timed(name: str, ask: Callable[[], Any], status: int) -> Any:
        stages.seconds.clear()
        start = time.perf_counter()
        response = ask()
        seconds = time.perf_counter() - start
        if response.status_code != status:
            raise SystemExit(f"{name} answered {response.status_code}: {response.content[:400]!r}")
        told[name].append(seconds)
        if name in stages_of:
            stages_of[name] = {**stages.seconds, "other": seconds - sum(stages.seconds.values())}
        return response

    def forget() -> None:
        Reading.objects.filter(period=period, kind="customer").delete()
        ReadingSubmission.objects.all().delete()
        ReadingDraft.objects.all().delete()

    url = f"{page}{NUMBER}/sheet/"
    for turn in range(ROUNDS + 1):
        timed("open", lambda: client.get(url), 200)
        timed("bare open", lambda: client.get("/bare/sheet/"), 200)
        shown = timed("calculate", lambda: client.post(url, values), 200).content.decode()
        form = _hidden_fields(shown)
        timed("save", lambda: client.post(url, {**form, "step": "submit"}), 302)  # noqa: B023
        stored = Reading.objects.filter(period=period, is_current=True, kind="customer").count()
        forget()
        timed("bare save", lambda: client.post("/bare/sheet/", values), 302)
        created = Reading.objects.filter(period=period, is_current=True, kind="customer").count()
        forget()
        if (stored, created) != (options.rows, options.rows):
            raise SystemExit(f"{stored} readings were saved, and {created} by the bare view")
        if not turn:
            # The first turn compiles templates and fills caches.
            for seconds in told.values():
                seconds.clear()
    found = {name: median(seconds) for name, seconds in told.items()}
    return {"seconds": sum(found.values()), "rows": options.rows, "medians": found, "stages_of": stages_of}


def _hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the calculation, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    fields = {name: html.unescape(value) for name, value in found if name not in ("csrfmiddlewaretoken", "next")}
    if 'name="confirmed"' in page:
        fields |= {"confirmed": "1", "reason": "bench"}
    return fields


def _window_address() -> str:
    from cabinet_pages.readings.pages import ReadingsPage

    return str(ReadingsPage.objects.get().url)


def _account(points: int) -> date:
    """An account of a person with metering points and two years of accepted readings; return the open period."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth import get_user_model

    from cabinet_pages.access.models import Access, Person, Role
    from cabinet_pages.accounts.models import Account, Branch, Customer
    from cabinet_pages.clock import kyiv_today
    from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
    from cabinet_pages.readings.models import Reading
    from cabinet_pages.readings.rules import settlement, shift_period

    branch = Branch.objects.get(code="BEN")
    branch.readings_always_open = True
    branch.save()
    customer = Customer.objects.create(key="bench-sheet", name="Bench")
    account = Account.objects.create(
        number=NUMBER, branch=branch, customer=customer, settlement_day=31, contract_date=_FIRST_DAY
    )
    user = get_user_model().objects.create_user("sheet@bench.example", None)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    Person.objects.create(user=user, first_name="Big", last_name="Customer", consent_version="1")
    Access.objects.create(user=user, account=account, role=Role.OWNER)
    listed = MeteringPoint.objects.bulk_create(
        MeteringPoint(
            account=account, code=f"B-{number:03}", name=f"Substation {number}", address=f"Long street {number}",
            site=f"Shop {number % 12}", eic=f"62Z{number:013}",
        )
        for number in range(points)
    )  # fmt: skip
    meters = Meter.objects.bulk_create(
        Meter(point=point, serial=f"{10_000_000 + number}", installed_on=_FIRST_DAY)
        for number, point in enumerate(listed)
    )
    MeterRatio.objects.bulk_create(
        MeterRatio(meter=meter, valid_from=_FIRST_DAY, multiplier=Decimal(40)) for meter in meters
    )
    registers = Register.objects.bulk_create(
        Register(meter=meter, channel="A+", initial_value=Decimal(0)) for meter in meters
    )
    period = settlement(kyiv_today(), 31).period
    Reading.objects.bulk_create(
        (
            Reading(
                register=register,
                kind="customer",
                period=shift_period(period, month - MONTHS),
                read_on=shift_period(period, month - MONTHS + 1) - timedelta(days=1),
                value=Decimal(100 * (month + 1) + number % 50),
                multiplier=Decimal(40),
                volume=Decimal(4000),
                state="accepted",
            )
            for number, register in enumerate(registers)
            for month in range(MONTHS)
        ),
        batch_size=1000,
    )
    return period


def _values(period: date) -> dict[str, str]:
    """A reading for each register, as usual as all before."""
    from cabinet_pages.clock import kyiv_today
    from cabinet_pages.metering.models import Register
    from cabinet_pages.readings.models import Reading

    newest: dict[int, Decimal] = dict(
        Reading.objects.filter(register__in=Register.objects.filter(meter__point__account__number=NUMBER))
        .order_by("register", "read_on")
        .values_list("register_id", "value")
    )
    day = kyiv_today()
    daily = Decimal(100) / 30
    days = max(1, (day - period).days)
    grown = (daily * days).quantize(Decimal(1))
    fields = {f"value_{register}": str(value + grown).replace(".", ",") for register, value in newest.items()}
    return {**fields, "read_on": f"{day:%Y-%m-%d}", "step": "calculate"}


# --- the bare views ---------------------------------------------------------------------------------------------------


def bare_view(request: Any) -> Any:
    """Open or save the same rows with nothing but Django."""
    from django.http import HttpResponse
    from django.shortcuts import redirect
    from django.template import engines

    if request.method == "POST":
        _bare_save(request)
        return redirect("/bare/sheet/")
    page = _compiled.get("page") or _compiled.setdefault("page", engines["django"].from_string(_BARE_PAGE))
    return HttpResponse(page.render({"rows": _bare_rows(request)}, request))


_compiled: dict[str, Any] = {}


def _bare_rows(request: Any) -> list[dict[str, Any]]:
    from cabinet_pages.access.models import Access
    from cabinet_pages.clock import kyiv_today
    from cabinet_pages.metering.models import MeterRatio, Register
    from cabinet_pages.readings.facts import HISTORY_MONTHS
    from cabinet_pages.readings.models import Reading
    from cabinet_pages.readings.rules import shift_period

    account = Access.objects.select_related("account").get(user=request.user, account__number=NUMBER).account
    registers = Register.objects.filter(meter__point__account=account).select_related("meter__point")
    ratios = {one.meter_id: one.multiplier for one in MeterRatio.objects.filter(meter__point__account=account)}
    period = kyiv_today().replace(day=1)
    readings: dict[int, list[Reading]] = {}
    found = Reading.objects.filter(
        register__meter__point__account=account, is_current=True, read_on__gte=shift_period(period, -HISTORY_MONTHS)
    )
    for one in found.order_by("-read_on"):
        readings.setdefault(one.register_id, []).append(one)
    rows = []
    for register in registers:
        history = readings.get(register.pk, [])
        rows.append(
            {
                "register": register,
                "ratio": ratios.get(register.meter_id),
                "last": next((one for one in history if one.period < period), None),
                "current": next((one for one in history if one.period == period), None),
            }
        )
    return rows


def _bare_save(request: Any) -> None:
    from django.db import transaction

    from cabinet_pages.access.models import Access
    from cabinet_pages.clock import kyiv_today
    from cabinet_pages.quantities.parsing import parse_decimal
    from cabinet_pages.readings.models import Reading, ReadingSubmission
    from cabinet_pages.readings.rules import settlement

    account = Access.objects.select_related("account").get(user=request.user, account__number=NUMBER).account
    period = settlement(kyiv_today(), 31).period
    with transaction.atomic():
        submission = ReadingSubmission.objects.create(account=account, user=request.user, period=period, token=uuid4())
        Reading.objects.bulk_create(
            Reading(
                register_id=int(name.removeprefix("value_")),
                kind="customer",
                period=period,
                read_on=date.fromisoformat(request.POST["read_on"]),
                value=parse_decimal(text, scale=3),
                submission=submission,
            )
            for name, text in request.POST.items()
            if name.startswith("value_")
        )
