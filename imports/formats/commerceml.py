"""CommerceML 2: the documents that are payments become rows under our own headings of kind `payments`. No Django.

What a document is, its `ХозОперация` says, in Russian or Ukrainian, by how it begins in any letter case:

- оплата: «Выплата безналичных денег», «Выплата наличных денег», «Оплата…», «Эквайринг…», «Поступление оплаты…»
  (безналичных, наличных); «Виплата…», «Сплата…», «Еквайринг…», «Надходження оплати…» (коштів, готівки, безготівкових);
- повернення, with a negative sum: «Возврат безналичных денег», «Возврат наличных денег», «Возврат оплаты…»;
  «Повернення коштів…» (оплати, готівки, готівкових, безготівкових, грошей);
- no payment, passed over: «Заказ товара», «Счет на оплату», «Отпуск товара», «Возврат товара» and whatever else.

The cells: Документ is `Ид` (else `Номер`), Дата платежу `Дата`, Сума платежу `Сумма`, № платіжного документа `Номер`,
Платник the name of the first `Контрагент`, Призначення `Комментарий`. Особовий рахунок, Стаття реалізації, Період and
ПДВ are `ЗначенияРеквизитов` under those names or under «Лицевой счет», «Статья реализации», «Период», «НДС». A row has
the number of its document among all documents of the file, counted from 1; the heading is row 0.

A file without such documents (orders, a catalogue) is refused, and so is one with a payment in another currency than
the hryvnia.
"""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import ClassVar

from .base import Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions, UnsupportedContent
from .containers import check_size
from .signatures import recognise
from .xml_stream import RowTarget, encoding_of, stream_rows

HEADINGS = (
    "Особовий рахунок",
    "Документ",
    "Дата платежу",
    "Стаття реалізації",
    "Сума платежу",
    "Вид операції",
    "Період",
    "Платник",
    "№ платіжного документа",
    "ПДВ",
    "Призначення",
)
_PAYMENT, _REFUND = "оплата", "повернення"
_OPERATIONS = (
    ("возврат безналичных денег", _REFUND),
    ("возврат наличных денег", _REFUND),
    ("возврат оплаты", _REFUND),
    ("возврат денег", _REFUND),
    ("повернення безготівкових", _REFUND),
    ("повернення готівки", _REFUND),
    ("повернення готівкових", _REFUND),
    ("повернення оплати", _REFUND),
    ("повернення коштів", _REFUND),
    ("повернення грошей", _REFUND),
    ("выплата", _PAYMENT),
    ("виплата", _PAYMENT),
    ("оплата", _PAYMENT),
    ("сплата", _PAYMENT),
    ("эквайринг", _PAYMENT),
    ("еквайринг", _PAYMENT),
    ("поступление безналичных", _PAYMENT),
    ("поступление наличных", _PAYMENT),
    ("поступление оплаты", _PAYMENT),
    ("надходження безготівкових", _PAYMENT),
    ("надходження готівки", _PAYMENT),
    ("надходження коштів", _PAYMENT),
    ("надходження оплати", _PAYMENT),
)
_HRYVNIAS = frozenset({"", "uah", "980", "грн", "грн.", "гривня", "гривна"})
_DETAILS = {
    "особовий рахунок": 0,
    "особовийрахунок": 0,
    "лицевой счет": 0,
    "лицевойсчет": 0,
    "стаття реалізації": 3,
    "статтяреалізації": 3,
    "статья реализации": 3,
    "статьяреализации": 3,
    "період": 6,
    "период": 6,
    "пдв": 9,
    "ндс": 9,
}
_DOCUMENT = "Документ"
_GOODS = frozenset({"Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений"})
_DEEPEST = 64
_OWN = frozenset({"Ид", "Номер", "Дата", "ХозОперация", "Валюта", "Сумма", "Комментарий"})


class CommerceMl(Format):
    """Payments of a CommerceML 2 document, with its namespace or without."""

    name: ClassVar[str] = "commerceml"
    rank: ClassVar[int] = 70

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept a document whose root is `КоммерческаяИнформация`."""
        return recognise(head) == "commerceml"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the document.

        Raises:
            UnreadableFile: `commerceml_without_payments`, `commerceml_currency`, `doctype`, `truncated`, `damaged`,
                `undecodable`, or a limit.
        """
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        encoding = encoding_of(path, options.encoding)
        rows = stream_rows(path, _Documents(options.limits), encoding)
        first = next(rows, None)
        if first is None:
            raise UnsupportedContent("commerceml_without_payments")
        return Reading(format=self.name, rows=chain([RawRow(0, HEADINGS), first], rows), encoding=encoding)


def operation(text: str) -> str:
    """Return «оплата» or «повернення» for a `ХозОперация` that moves money, else an empty string."""
    folded = " ".join(text.split()).casefold()
    return next((kind for beginning, kind in _OPERATIONS if folded.startswith(beginning)), "")


class _Documents(RowTarget):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._path: list[str] = []
        self._document = 0
        self._own: dict[str, str] = {}
        self._payer = ""
        self._details: dict[int, str] = {}
        self._detail = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        # Documents stand in the root or in a container; one named so inside of another is a part of it.
        if name in _GOODS and len(self._path) == 1 and not self._document:
            raise UnsupportedContent("commerceml_without_payments")
        if name == _DOCUMENT and _DOCUMENT not in self._path:
            self._document += 1
            self.went_on()
            check_size(self._document, 1, self.limits)
            self._own.clear()
            self._details.clear()
            self._payer = self._detail = ""
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            raise LimitExceeded("too_many_elements", limit=_DEEPEST)
        self.take_text()

    def closed(self, name: str) -> None:
        path = self._path
        path.pop()
        if _DOCUMENT not in path:
            if name == _DOCUMENT:
                self._finish()
            return
        text = self.take_text().strip()
        if not text:
            return
        if len(text) > self.limits.cell_chars:
            raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=self._document)
        inside = path[-1]
        if inside == _DOCUMENT and name in _OWN:
            self._own[name] = text
        elif inside == "Контрагент" and name in {"Наименование", "ПолноеНаименование"}:
            self._payer = self._payer or text
        elif inside == "ЗначениеРеквизита" and path[-3] == _DOCUMENT:
            if name == "Наименование":
                self._detail = " ".join(text.split()).casefold()
            elif name == "Значение" and self._detail in _DETAILS:
                self._details[_DETAILS[self._detail]] = text

    def _finish(self) -> None:
        own = self._own
        kind = operation(own.get("ХозОперация", ""))
        if not kind:
            return
        currency = own.get("Валюта", "")
        if currency.casefold() not in _HRYVNIAS:
            raise UnsupportedContent("commerceml_currency", currency=currency[:20], row=self._document)
        amount = own.get("Сумма", "")
        if kind == _REFUND and amount and not amount.startswith("-"):
            amount = f"-{amount}"
        cells = [""] * len(HEADINGS)
        for position, text in self._details.items():
            cells[position] = text
        cells[1] = own.get("Ид", "") or own.get("Номер", "")
        cells[2] = own.get("Дата", "")
        cells[4] = amount
        cells[5] = kind
        cells[7] = self._payer
        cells[8] = own.get("Номер", "")
        cells[10] = own.get("Комментарий", "")
        self.rows.append(RawRow(self._document, tuple(cells)))
        self.row_done()
