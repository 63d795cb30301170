"""«Обсяг за особовим рахунком»: what an account comes to with the rows of a sheet, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cabinet_pages.metering.models import Channel
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Row
from cabinet_pages.readings.explanation import Explanation, Term, explain_account, summarise_account
from cabinet_pages.readings.facts import EntryRegister, EntrySheet
from cabinet_pages.readings.models import ReadingState
from cabinet_pages.readings.sheet.calculation import SheetCalculation

#: Points that are named one by one; of more only those are that are not simply added.
POINTS_NAMED = 30


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """The volume of one channel of an account.

    Args:
        number: of the account.
        channel: its name.
        summary: Σ розрахункові − Σ субспоживачі + втрати.
        terms: the points, each with what it does in the sum and why.
        unnamed: points that are simply added and not named among the terms.
        unknown: points that count and whose volume is not known yet, or not whole.
    """

    number: str
    channel: str
    summary: Explanation
    terms: tuple[Term, ...]
    unnamed: int
    unknown: int


def account_totals(calculation: SheetCalculation) -> list[AccountTotal]:
    """The accounts that rows are sent for, by channel: with these rows, with what was sent before, and with what the
    operator read of the other points up to the settlement.
    """
    sheet, rows = calculation.sheet, calculation.rows
    involved = {one.sheet.point.account_id for one in calculation.good}
    points: dict[int, list[EntrySheet]] = {}
    for point in sheet.points:
        if point.point.account_id in involved:
            points.setdefault(point.point.account_id, []).append(point)
    totals: list[AccountTotal] = []
    for scope in sheet.scopes:
        own = points.get(scope.account.pk, [])
        names = {one.point.pk: one.point.name for one in own}
        volume = rules.account_volume(rules.point_volume(one.point_facts, _lines(one, rows)) for one in own)
        # Of a channel that no row is about and nothing is known of there is nothing to say.
        totals += (
            _total(scope.account.number, channel, names)
            for channel in volume.channels
            if any(one.code not in ("unknown", "remote_unknown") for one in channel.terms)
        )
    return totals


def _total(number: str, channel: rules.AccountChannel, names: dict[int, str]) -> AccountTotal:
    plain = [one for one in channel.terms if one.code == "added" and one.is_complete and not one.losses]
    unnamed = len(plain) if len(channel.terms) > POINTS_NAMED else 0
    left_out = {one.point for one in plain} if unnamed else set()
    named = rules.AccountChannel(channel.channel, tuple(one for one in channel.terms if one.point not in left_out))
    return AccountTotal(
        number=number,
        channel=str(Channel(channel.channel).label),
        summary=summarise_account(channel),
        terms=explain_account(named, names).terms,
        unnamed=unnamed,
        unknown=sum(not one.is_complete for one in channel.terms),
    )


def _lines(point: EntrySheet, rows: dict[int, Row]) -> Iterator[rules.Line]:
    """The rows that are sent now, and the others of the point as they are known."""
    known: dict[int, Decimal] = {}
    days: dict[int, date] = {}
    for entry in point.registers:
        register = entry.register.pk
        if register in rows:
            yield rows[register].line
        elif (found := _known(entry, point.window)) is not None:
            known[register], days[register] = found
    if known:
        facts = [one for one in point.facts if one.register in known]
        yield from rules.assess(facts, known, point.window.settlement.day, dates=days)


def _known(entry: EntryRegister, window: rules.ReadingWindow) -> tuple[Decimal, date] | None:
    """What closes the period for a register that is not on the form: what was sent, or what the operator read."""
    if entry.sent is not None and entry.sent.state != ReadingState.REJECTED:
        return entry.sent.value, entry.sent.read_on
    closing = [
        (one.value, one.read_on)
        for one in entry.facts.waypoints
        if one.read_on is not None and one.read_on >= window.settlement.day
    ]
    return closing[-1] if closing else None
