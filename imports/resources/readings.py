"""Kind `readings`: verdicts on our own readings by ReadingId, and readings that the operator took or accepted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.bulk import CHUNK
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.promotion import ReadingRow, Verdict, VerdictRow, promote_readings
from cabinet_pages.readings.restoration import readings_computed_from, readings_replaced_since, remove_readings
from cabinet_pages.readings.rules import check_value
from imports.models import ImportBatch, RowStatus
from imports.resources.base import (
    Change,
    Entry,
    ImportColumn,
    InForce,
    KindResource,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    join_key,
)
from imports.resources.references import names_account, names_branch
from imports.resources.registers import RegisterDirectory, RegisterNotFound
from imports.resources.rows import exact_date, exact_decimal, exact_moment
from imports.resources.standing import held, made
from imports.resources.verdicts import (
    DECIDED_AT,
    KINDS,
    MESSAGES,
    VERDICT,
    Rejections,
    check_accepted,
    decide,
    find_readings,
    is_decision,
    parse_reading_id,
    parse_state,
)
from imports.values import (
    Eic,
    clean_text,
    parse_channel,
    parse_choice,
    parse_date,
    parse_eic,
    parse_energy,
    parse_period,
    parse_zone,
)

# The beginning of the key of a verdict; no code of a point can make a key of two parts.
_BY_ID = "id"


class ReadingResource(KindResource):
    """Readings; a row with a ReadingId is a verdict, any other one a reading of the operator."""

    kind: ClassVar[str] = "readings"
    tables = (Reading,)
    title = _("Readings")
    is_dated = True
    date_column = "read_on"
    any_of = (
        ("reading_id", "account"),
        ("reading_id", "point", "eic"),
        ("reading_id", "serial"),
        ("reading_id", "read_on"),
        ("reading_id", "value"),
    )
    messages: ClassVar[Mapping[str, Any]] = {
        **MESSAGES,
        "point_unknown": _("Account %(account)s has no metering point “%(value)s”."),
        "point_ambiguous": _("Account %(account)s has several metering points with EIC %(value)s; name the code."),
        "meter_unknown": _("The point %(point)s has no meter “%(value)s”."),
        "register_unknown": _("The meter %(serial)s has no register %(channel)s in zone %(zone)s."),
        "negative_reading": _("“%(value)s” is negative, which no register shows."),
        "beyond_register": _("“%(value)s” has more digits than the register (%(digits)s)."),
        "has_volumes": _("A volume was computed from it."),
        "newer_version": _("The customer has sent a newer reading since."),
    }

    account = names_account("register__meter__point__account__number", required=False)
    customer_code = ImportColumn(
        "код ЄДРПОУ", clean_text, synonyms=("EDRPOU",), attribute="register__meter__point__account__customer__code"
    )
    point = ImportColumn(
        "Код ТУ",
        partial(clean_text, max_length=60),
        synonyms=("PointCode", "Код точки обліку"),
        attribute="register__meter__point__code",
    )
    eic = ImportColumn("EIC", parse_eic, synonyms=("EIC-код", "EIC код"), attribute="register__meter__point__eic")
    serial = ImportColumn(
        "№ лічильника",
        partial(clean_text, max_length=60),
        synonyms=("MeterNo", "Номер лічильника", "Заводський номер", "№ приладу обліку"),
        attribute="register__meter__serial",
    )
    meter_type = ImportColumn(
        "Тип лічильника", clean_text, synonyms=("MeterType",), attribute="register__meter__meter_type"
    )
    channel = ImportColumn(
        "Енергія", parse_channel, synonyms=("Energy", "Канал", "Вид енергії"), attribute="register__channel"
    )
    zone = ImportColumn("Зона", parse_zone, synonyms=("Zone", "Тарифна зона"), attribute="register__zone")
    read_on = ImportColumn(
        "Дата",
        parse_date,
        synonyms=("ReadDate", "Дата показання", "Дата показань", "Дата зняття показань", "Дата зняття"),
        numeric=True,
        attribute="read_on",
    )
    reading_kind = ImportColumn(
        "Тип", partial(parse_choice, choices=KINDS), synonyms=("Тип показання", "Вид показання"), attribute="kind"
    )
    value = ImportColumn("Показання", parse_energy, synonyms=("Value", "Покази", "Показ"), attribute="value")
    period = ImportColumn("Період", parse_period, synonyms=("Period",), numeric=True, attribute="period")
    previous_on = ImportColumn("Дата попереднього", clean_text, synonyms=("PrevDate",), attribute="previous_on")
    previous_value = ImportColumn(
        "Попереднє показання", clean_text, synonyms=("PrevValue",), attribute="previous_value"
    )
    difference = ImportColumn("Різниця", clean_text, synonyms=("Diff",))
    multiplier = ImportColumn("Розрахунковий коефіцієнт", clean_text, synonyms=("Koef",), attribute="multiplier")
    volume = ImportColumn("Обсяг", clean_text, synonyms=("Kwh",), attribute="volume")
    submitted = ImportColumn("Подано", clean_text, synonyms=("Submitted",))
    user = ImportColumn("Користувач", clean_text, synonyms=("User",), free_text=True)
    export_batch = ImportColumn("Пакет", clean_text, synonyms=("Batch",))
    reading_id = ImportColumn("ReadingId", parse_reading_id, synonyms=("Ід показання",), attribute="uuid")
    state = ImportColumn("Стан", parse_state, synonyms=("Status", "Стан показання"), attribute="state")
    state_reason = ImportColumn(
        "Причина",
        partial(clean_text, max_length=255),
        synonyms=("Reason", "Причина відхилення"),
        free_text=True,
        attribute="state_reason",
    )
    invoice_number = ImportColumn(
        "Рахунок №",
        partial(clean_text, max_length=60),
        synonyms=("Invoice", "№ рахунку", "Номер рахунку"),
        attribute="invoice_number",
    )
    accepted_value = ImportColumn(
        "Показання прийняте",
        parse_energy,
        synonyms=("AcceptedValue", "AccValue", "Прийняте показання"),
        attribute="accepted_value",
    )
    accepted_volume = ImportColumn(
        "Обсяг прийнятий",
        parse_energy,
        synonyms=("AcceptedKwh", "AccKwh", "Прийнятий обсяг"),
        attribute="accepted_volume",
    )
    branch = names_branch("register__meter__point__account__branch__code")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._registers = RegisterDirectory()

    @property
    def _rejections(self) -> Rejections:
        return Rejections(self.context.batch_id)

    # --- rows -----------------------------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        """Find what each row speaks of: a stored reading, or a register of the account."""
        self.resolve_branches(rows)
        told = [row for row in rows if row.cells.get("reading_id")]
        # A reading tells its account better than the file: an old encoding may have changed letters of the number.
        self.resolve_accounts([row for row in rows if not row.cells.get("reading_id")])
        plain = [row for row in rows if "reading_id" not in row.cells or row.cells["reading_id"] is None]
        # A ReadingId that cannot be read has no cell; such a row must not pass for a reading of the operator.
        plain = [row for row in plain if not row.texts.get("reading_id", "").strip()]
        find_readings(told)
        self._registers.load(row.account.pk for row in plain if row.account)
        for row in plain:
            # A row of our own export that has lost its key would pass for a reading of the operator.
            if row.cells.get("export_batch"):
                row.reject("export_without_id", "reading_id" if "reading_id" in row.texts else "export_batch")
            else:
                self._find_register(row)

    def key(self, row: Row) -> str:
        """`id|<ReadingId>` for a verdict, else register, day and kind."""
        cells = row.cells
        if cells.get("reading_id"):
            return join_key(_BY_ID, cells["reading_id"])
        register, read_on = cells.get("register"), cells.get("read_on")
        place = register.key if register else f"?{row.number}"
        kind = cells.get("reading_kind") or ReadingKind.ACCEPTED.value
        return f"{place}|{read_on.isoformat() if read_on else ''}|{kind}"

    def values(self, row: Row) -> Values:
        """The verdict, and for a reading of the operator its value too."""
        cells = row.cells
        values: Values = {name: exact(cells[name]) for name in VERDICT if name in cells}
        if not values.get("state", "-"):
            del values["state"]
        if cells.get("reading_id"):
            # What billing has not filled in says nothing: an untouched file takes no verdict back.
            return values if any(values.values()) else {}
        values["value"] = exact(cells["value"])
        if cells.get("period"):
            values["period"] = exact(cells["period"])
        return values

    # --- comparison and promotion ---------------------------------------------------------------------------------

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The readings that verdicts name, and the operator's of the registers and days that the others name."""
        found: dict[ObjectKey, Stored] = {}
        verdicts = {entry.key.split("|")[1]: entry.object_key for entry in entries if _is_verdict(entry.key)}
        if verdicts:
            for pk, uuid, withdrawn, *rest in Reading.objects.filter(uuid__in=list(verdicts)).values_list(
                "pk", "uuid", "withdrawn", *VERDICT, DECIDED_AT
            ):
                values = dict(zip((*VERDICT, DECIDED_AT), map(exact, rest), strict=True))
                found[verdicts[str(uuid)]] = Stored(pk, values, withdrawn)
        others = {entry.object_key for entry in entries if not _is_verdict(entry.key)}
        if others:
            self._registers.load({owner for owner, _, _ in others})
            named = {(owner, key.rsplit("|", 2)[0]) for owner, key, _ in others}
            places = {
                one.pk: (owner, one.key)
                for owner in {owner for owner, _ in named}
                for one in self._registers.of(owner)
                if (owner, one.key) in named
            }
            days = [key.rsplit("|", 2)[1] for _, key, _ in others]
            readings = Reading.objects.filter(register_id__in=places, read_on__range=(min(days), max(days)))
            for pk, register, kind, read_on, withdrawn, *rest in (
                readings.exclude(kind=ReadingKind.CUSTOMER)
                .values_list("pk", "register_id", "kind", "read_on", "withdrawn", *_VALUES)
                .iterator()
            ):
                owner, place = places[register]
                object_key = (owner, f"{place}|{read_on.isoformat()}|{kind}", 1)
                if object_key in others:
                    found[object_key] = Stored(pk, dict(zip(_VALUES, map(exact, rest), strict=True)), withdrawn)
        return found

    def day(self, row: Row) -> date | None:
        """The day of a reading of the operator; a verdict is of whatever day its reading is."""
        return None if row.texts.get("reading_id", "").strip() else super().day(row)

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Compare; a complete file must also know which reading a verdict names, were it to change nothing."""
        if stored is not None and _is_verdict(entry.key) and not entry.values:
            entry.object_id, entry.status = stored.pk, RowStatus.UNCHANGED
        else:
            super().judge(entry, stored)
        if stored is not None and _is_verdict(entry.key):
            decide(entry, stored)
        entry.touched |= self.context.complete is not None and _is_verdict(entry.key)

    def in_force(self, first: date, last: date) -> Iterator[InForce]:
        """The operator's readings of these days; what customers sent is theirs, and no file takes it away."""
        readings = Reading.objects.filter(read_on__range=(first, last), withdrawn=False)
        readings = readings.exclude(kind=ReadingKind.CUSTOMER)
        if self.context.branch is not None:
            readings = readings.filter(register__meter__point__account__branch=self.context.branch)
        account = "register__meter__point__account"
        for pk, owner, number, code, serial, channel, zone, read_on, kind, *rest in (
            readings.order_by(f"{account}_id", "read_on", "pk")
            .values_list(
                "pk", f"{account}_id", f"{account}__number", "register__meter__point__code", "register__meter__serial",
                "register__channel", "register__zone", "read_on", "kind", *_VALUES,
            )
            .iterator()
        ):  # fmt: skip
            place = join_key(code, serial, channel, str(zone))
            values = dict(zip(_VALUES, map(exact, rest), strict=True))
            yield InForce(owner, number, f"{place}|{read_on.isoformat()}|{kind}", 1, Stored(pk, values))

    def promote(self, changes: Iterator[Change]) -> None:
        """Hand readings and verdicts to the service of readings, and tell customers what was rejected."""
        rejected: list[int] = []
        promote_readings(rows=self._rows(changes, timezone.now(), rejected))
        self._rejections.announce(rejected)

    def _rows(
        self, changes: Iterator[Change], now: datetime, rejected: list[int] | None = None
    ) -> Iterator[ReadingRow | VerdictRow]:
        while chunk := list(islice(changes, CHUNK)):
            owners = {change.owner_id for change in chunk if not _is_verdict(change.key)}
            self._registers.load(owners)
            ids = {(owner, one.key): one.pk for owner in owners for one in self._registers.of(owner)}
            for change in chunk:
                values = change.values
                withdrawn = values.get("withdrawn") == "1"
                verdict = Verdict(
                    state=values.get("state") or ReadingState.ACCEPTED.value,
                    state_reason=values.get("state_reason", ""),
                    invoice_number=values.get("invoice_number", ""),
                    accepted_value=exact_decimal(values.get("accepted_value", "")),
                    accepted_volume=exact_decimal(values.get("accepted_volume", "")),
                )
                if _is_verdict(change.key) and change.pk is not None:
                    if rejected is not None and is_decision(change) and verdict.state == ReadingState.REJECTED:
                        rejected.append(change.pk)
                    decided_at = exact_moment(values.get(DECIDED_AT, ""), now)
                    yield VerdictRow(change.pk, verdict, withdrawn, decided_at)
                    continue
                register, read_on, kind = change.key.rsplit("|", 2)
                yield ReadingRow(
                    pk=change.pk,
                    register_id=ids[change.owner_id, register],
                    kind=kind,
                    read_on=date.fromisoformat(read_on),
                    value=Decimal(values["value"]),
                    period=exact_date(values.get("period", "")),
                    verdict=verdict,
                    withdrawn=withdrawn,
                )

    # --- undo -----------------------------------------------------------------------------------------------------

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """A reading of the operator is accepted; its month may come from the contract of that time."""
        return {"state": ReadingState.ACCEPTED.value, "period": None}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """New readings that volumes were computed from, and verdicts that the customer has answered since."""
        new = made(entries)
        staying = held(entries, Reading)
        staying |= {new[pk].object_key: "has_volumes" for pk in readings_computed_from(new)}
        judged = {one.object_id: one for one in entries if one.status == RowStatus.CHANGED and one.object_id}
        moment = ImportBatch.objects.values_list("finished_at", flat=True).get(pk=self.context.batch_id)
        if judged and moment is not None:
            staying |= {judged[pk].object_key: "newer_version" for pk in readings_replaced_since(judged, moment)}
        return staying

    def restore(self, changes: Iterator[Change]) -> None:
        """Give readings the verdicts that they had, and the moments of these; nobody is told of it."""
        promote_readings(rows=self._rows(changes, timezone.now()))

    def retract(self) -> None:
        """Drop the mails about verdicts that are taken back; those that stay are told of."""
        super().retract()
        self._rejections.announce_kept()

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete readings of the operator."""
        remove_readings(ids=(change.pk for change in changes if change.pk is not None))

    # --- looking things up ----------------------------------------------------------------------------------------

    def _find_register(self, row: Row) -> None:
        cells = row.cells
        missing = [name for name in _NEEDED if cells.get(name) is None and (name in cells or name not in row.texts)]
        if not cells.get("point") and not cells.get("eic"):
            missing.append("point" if "point" in row.texts else "eic")
        for name in missing:
            row.reject("required", name if name in row.texts else "reading_id")
        if row.account is None or row.rejected:
            return
        eic = cells.get("eic")
        try:
            register = self._registers.find(
                row.account,
                code=cells.get("point") or "",
                eic=eic.code if isinstance(eic, Eic) else "",
                serial=cells["serial"],
                channel=cells.get("channel"),
                zone=cells.get("zone"),
            )
        except RegisterNotFound as refusal:
            column = refusal.column if refusal.column in cells else "serial"
            row.reject(refusal.code, column, **refusal.params)
            return
        cells["register"] = register
        value = cells["value"]
        for finding in check_value(value, digits=register.digits):
            code = "negative_reading" if finding.code == "negative" else "beyond_register"
            row.reject(code, "value", value=f"{value.normalize():f}", digits=register.digits)
        check_accepted(row, register.digits)


_VALUES = ("value", "period", *VERDICT)
# What a row without a ReadingId must have, beside the point.
_NEEDED: tuple[str, ...] = ("account", "serial", "read_on", "value")


def _is_verdict(key: str) -> bool:
    return key.count("|") == 1
