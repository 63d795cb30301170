"""A small world and random files about it: few names and few values, so that files meet what is stored in every way."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cabinet_pages.access.models import Access
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.metering.models import Register
from cabinet_pages.readings.models import Reading, ReadingKind
from imports.engine import installed_kinds
from imports.engine.options import Span
from imports.engine.registry import installed_stops
from tests.factories import grant, make_article, make_branch, make_user
from tests.imports.resources.loading import csv_file, zip_file

KINDS = ("accounts", "metering", "balances", "invoices", "payments", "readings", "documents")
DATED = ("balances", "invoices", "payments", "readings", "documents")
ACCOUNTS = ("80-1", "80-2", "80-3", "90-1", "90-2")
ARTICLES = ("Активна електроенергія", "Пеня", "Розподіл", "Нова стаття")
PERIOD: Span = (date(2026, 1, 1), date(2026, 2, 28))
Rows = list[tuple[str, ...]]


@dataclass
class RandomFile:
    """A file and how it is given: `options` are those of `run_import`."""

    kind: str
    content: bytes
    branch: Branch | None
    options: dict[str, Any] = field(default_factory=dict)


class World:
    """Two branches, two articles, two people; everything else comes from files.

    Args:
        chance: the source of every choice.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._whole = False
        self.branches = [make_branch("VIN"), make_branch("TRO")]
        self.people = [make_user(f"person{number}@world.example") for number in range(2)]
        make_article(ARTICLES[0])
        make_article(ARTICLES[1], carries_vat=False)

    def first_files(self) -> Iterator[RandomFile]:
        """Files that give the world every account, point and meter."""
        self._whole = True
        for kind in ("accounts", "metering"):
            yield replace(self.file(kind), branch=None)
        self._whole = False

    def file(self, kind: str = "") -> RandomFile:
        """A random file of a kind, or of any kind."""
        kind = kind or self.chance.choice(KINDS)
        branch: Branch | None = self.chance.choice([*self.branches, *self.branches, None])
        options: dict[str, Any] = {"accept": tuple(installed_stops()), "as_of": None}
        if kind in DATED and installed_kinds()[kind].is_dated and self.chance.random() < 0.3:
            options["complete"] = PERIOD
        heading, rows = getattr(self, f"_{kind}")()
        columns = self._columns(kind, heading)
        rows = [tuple(row[place] for place in columns) for row in rows]
        table = [tuple(heading[place] for place in columns), *rows]
        if kind == "documents":
            return RandomFile(kind, self._archive(table), branch, options)
        return RandomFile(kind, csv_file(table, encoding="utf-8"), branch, options)

    def live(self) -> None:
        """Something that people do between two files: get access, or send a reading."""
        account = self._one(list(Account.objects.order_by("number")))
        if account is None:
            return
        person = self.chance.choice(self.people)
        if not Access.objects.filter(user=person, account=account, closed_at__isnull=True).exists():
            grant(person, account)
        register = self._one(
            list(Account.objects.filter(metering_points__meters__registers__isnull=False).values_list(
                "metering_points__meters__registers", flat=True
            ).order_by("number", "metering_points__code"))
        )  # fmt: skip
        if register is not None:
            own = Reading.objects.filter(register_id=register, period=PERIOD[0], kind=ReadingKind.CUSTOMER)
            if not own.exists():
                Reading.objects.create(
                    register_id=register, period=PERIOD[0], read_on=date(2026, 1, 31), value=self.chance.randrange(50)
                )

    # --- tables ---------------------------------------------------------------------------------------------------

    def _accounts(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "Замовник", "Структурна одиниця", "код ЄДРПОУ", "Код контрагента", "ІПН",
            "Фізична адреса", "Розрахунковий день", "Хто сплачує за розподіл",
        )  # fmt: skip
        rows = [
            (
                number,
                self._any("ТОВ Перше", "ТОВ Друге", "ФОП"),
                "VIN" if number.startswith("80") else self._any("TRO", "TRO", "VIN"),
                self._any("", "32855961", "14360570"),
                self._any("", "К-1", "К-2"),
                self._any("", "328559602281"),
                self._any("", "вул. Соборна 1"),
                self._any("", "15", "31"),
                self._any("", "споживач", "постачальник"),
            )
            for number in self._some(ACCOUNTS)
        ]
        return heading, rows

    def _metering(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "Код ТУ", "Точка обліку", "№ лічильника", "Енергія", "Зона", "Адреса точки обліку",
            "Тип лічильника", "Значність", "Ктт", "Розрахунковий коефіцієнт", "Коефіцієнт діє з", "Початкові покази",
            "Роль точки",
        )  # fmt: skip
        points = {
            (number, code): (self._any("Цех", "Склад"), self._any("", "Вінниця"), self._any("", "технічна"))
            for number in ACCOUNTS
            for code in ("ТУ-1", "ТУ-2")
        }
        meters = {
            (*point, serial): (
                self._any("", "НІК"), self._any("", "20"), self._any("", "30"),
                self._any("", "01.01.2026", "01.02.2026"),
            )
            for point in points
            for serial in ("1", "2")
        }  # fmt: skip
        registers = [(*meter, channel, zone) for meter in meters for channel, zone in (("A+", "0"), ("R+", "1"))]
        rows = []
        for number, code, serial, channel, zone in self._some(registers, most=12):
            name, address, role = points[number, code]
            type_, current, multiplier, since = meters[number, code, serial]
            rows.append((
                number, code, name, serial, channel, zone, address, type_, self._any("", "6", "8"), current,
                multiplier, since, self._any("", "0", "17"), role,
            ))  # fmt: skip
        return heading, rows

    def _balances(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "Період", "Стаття реалізації", "Сальдо на початок", "Нараховано", "Оплачено",
            "Сальдо на кінець",
        )  # fmt: skip
        whole = self.chance.random() < 0.5
        keys = [
            (number, month, article)
            for number in ACCOUNTS
            for month in ("01.2026", "02.2026", "03.2026")
            for article in (("",) if whole else ARTICLES[:3])
        ]
        return heading, [
            (*key, self._sum(), self._any("", self._sum()), self._any("", "0"), self._sum()) for key in self._some(keys)
        ]

    def _invoices(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума з ПДВ", "Стан",
            "Коригує рахунок №", "Період", "Кількість", "Тариф",
        )  # fmt: skip
        rows = []
        keys = [
            (number, bill, day) for number in ACCOUNTS for bill in ("1", "2") for day in ("31.01.2026", "05.03.2026")
        ]
        for key in self._some(keys, most=8):
            state, corrects = self._any("", "дійсний", "анульований"), self._any("", "", "1")
            rows += [
                (*key, article, self._sum(), state, corrects, self._any("", "01.2026"), self._any("", "5"), "1,25")
                for article in self._some(ARTICLES, most=3)
            ]
        return heading, rows

    def _payments(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу", "Документ", "Вид операції",
            "Платник", "ПДВ", "Призначення",
        )  # fmt: skip
        rows = [
            (
                self._any(*ACCOUNTS),
                self._any("03.01.2026", "04.02.2026", "05.03.2026"),
                self._any(*ARTICLES),
                self._sum(),
                self._any("", "", "Д-1", "Д-2"),
                self._any("", "оплата", "залік"),
                self._any("", "ТОВ"),
                self._any("", "1,00"),
                self._any("", "за січень"),
            )
            for _ in range(self.chance.randrange(1, 16))
        ]
        return heading, rows

    def _readings(self) -> tuple[tuple[str, ...], Rows]:
        heading = (
            "Особовий рахунок", "Код ТУ", "№ лічильника", "Дата", "Показання", "Енергія", "Зона", "Тип", "Стан",
            "Причина", "Рахунок №", "Показання прийняте", "ReadingId",
        )  # fmt: skip
        registers = Register.objects.order_by("pk").values_list(
            "meter__point__account__number", "meter__point__code", "meter__serial", "channel", "zone"
        )
        keys = [
            (number, code, serial, day, channel, str(zone), kind)
            for number, code, serial, channel, zone in [*registers, ("80-1", "ТУ-1", "1", "A+", 0)]
            for day in ("31.12.2025", "31.01.2026", "15.02.2026")
            for kind in ("контрольне", "прийняте")
        ]
        rows = []
        for number, code, serial, day, channel, zone, kind in self._some(keys, most=10):
            rows.append((
                number, code, serial, day, str(self.chance.randrange(20)), channel, zone, kind, *self._verdict(), ""
            ))  # fmt: skip
        sent = Reading.objects.filter(kind=ReadingKind.CUSTOMER).order_by("register_id").values_list(
            "uuid", "register__meter__point__account__number"
        )  # fmt: skip
        for uuid, number in self._some(list(sent), most=3):
            rows.append((number, "", "", "", "", "", "", "", *self._verdict(), str(uuid)))
        return heading, rows

    def _verdict(self) -> tuple[str, ...]:
        return (
            self._any("", "прийнято", "відхилено", "у рахунку"), self._any("", "помилка"), self._any("", "1"),
            self._any("", "12"),
        )  # fmt: skip

    def _documents(self) -> tuple[tuple[str, ...], Rows]:
        heading = ("Особовий рахунок", "Вид документа", "№", "Дата", "Файл", "Файл підпису", "Назва", "Сума")
        keys = [(number, "Акт", bill, day) for number in ACCOUNTS for bill in ("1", "2") for day in ("31.01.2026",)]
        return heading, [
            (
                *key, self._any("а.pdf", "б.pdf", "в.pdf"), self._any("", "а.p7s"), self._any("", "Акт"),
                self._any("", self._sum()),
            )
            for key in self._some(keys)
        ]  # fmt: skip

    def _archive(self, table: Rows) -> bytes:
        names = {cell for row in table[1:] for cell in row if cell.endswith((".pdf", ".p7s"))}
        # The bytes of a name differ from file to file, so that documents get other files.
        files = {name: f"{name}{self._any('', '!')}".encode() for name in names}
        return zip_file({"registry.csv": csv_file(table, encoding="utf-8"), **files})

    # --- choices --------------------------------------------------------------------------------------------------

    def _columns(self, kind: str, heading: Sequence[str]) -> list[int]:
        """Places of the columns that the file has: the required ones, and some of the others."""
        columns = {column.column_name: column for column in installed_kinds()[kind].fields.values()}
        needed = {
            "accounts": 3, "metering": 6, "balances": 4, "invoices": 5, "payments": 4, "readings": 7, "documents": 5
        }[kind]  # fmt: skip
        assert all(name in columns for name in heading)
        return [
            place
            for place in range(len(heading))
            if place < needed or heading[place] in _PAIRED or self.chance.random() < 0.7
        ]

    def _any(self, *values: str) -> str:
        return self.chance.choice(values)

    def _one(self, values: list[Any]) -> Any:
        return self.chance.choice(values) if values else None

    def _some(self, values: Sequence[Any], most: int = 10) -> list[Any]:
        if not values or self._whole:
            return list(values)
        return self.chance.sample(values, self.chance.randrange(1, min(most, len(values)) + 1))

    def _sum(self) -> str:
        return self.chance.choice(("0,00", "1,00", "12,34", "-5,00", "100,10"))


# Columns without which rows of these files would mean something else.
_PAIRED = frozenset({"Сальдо на кінець", "Тип"})
