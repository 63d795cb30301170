"""Rows of a table that hold no data: totals, ordinals, a machine's words. No Django."""

import re
from collections.abc import Sequence

from .declared import fold_heading

_TOTALS_WORDS = (
    "Разом", "Всього", "Усього", "Загалом", "Загальний підсумок", "Загальна сума", "Підсумок", "Підсумки", "Итого",
    "Итог", "Итоги", "Общий итог", "Всего", "Total", "Grand total", "Нач.сальдо", "Кон.сальдо", "Начальное сальдо",
    "Конечное сальдо", "Сальдо на", "Сальдо початкове", "Сальдо кінцеве", "Початкове сальдо", "Кінцеве сальдо",
    "Вхідне сальдо", "Вихідне сальдо", "Сальдо начальное", "Сальдо конечное", "Оборот", "Обороти", "Обороты", "Кол-во",
    "К-сть", "Кількість", "Количество",
)  # fmt: skip
# What stands below a total: «у тому числі ПДВ».
_OF_WHICH_WORDS = ("у т.ч.", "в т.ч.", "у тому числі", "в тому числі", "в том числе")
# Excel's own subtotals name the group first: «80-431930 Підсумок».
_CLOSING_WORDS = ("Підсумок", "Разом", "Всього", "Усього", "Итог", "Итого", "Всего", "Total")


def _any_of(words: Sequence[str]) -> str:
    return "|".join(re.escape(fold_heading(word)) for word in words)


_TOTALS = re.compile(rf"(?:{_any_of((*_TOTALS_WORDS, *_OF_WHICH_WORDS))})(?![\w'-])")
_CLOSING = re.compile(rf".*(?<![\w'-])(?:{_any_of(_CLOSING_WORDS)})")
# Folding every row would take longer than reading it, so most are told by one letter.
_LETTERS = [chr(code) for code in (*range(65, 91), *range(97, 123), *range(0x400, 0x460), 0x490, 0x491)]
_TOTALS_INITIALS = frozenset(
    letter
    for letter in _LETTERS
    if fold_heading(letter) in {fold_heading(word)[0] for word in (*_TOTALS_WORDS, *_OF_WHICH_WORDS)}
)
_CLOSING_LETTERS = frozenset(
    letter for letter in _LETTERS if fold_heading(letter) in {fold_heading(word)[-1] for word in _CLOSING_WORDS}
)
_MACHINE_WORDS = frozenset(map(fold_heading, ("Autofilter", "sum", "sort", "filter", "sumif", "subtotal")))
_AROUND_WORDS = " .,:№*\t\r\n\u00a0\u202f"
_LEAST_ORDINALS = 3
# «4», «(4)», «4.», and with how it is computed: «4=2+3», «4 (гр.2+гр.3)».
_ORDINAL = re.compile(r"\(?(?P<number>[0-9]{1,3})\)?\.?\s*(?:[=(].*)?")
# Ukrainian forms letter the columns of words and number those of figures: А Б В 1 2 3.
_ORDINAL_LETTERS = "абвгґдеєжз"


def begins_totals(cell: str) -> bool:
    """Tell whether a cell begins like a totals row: «Разом за січень:», «Сальдо на 01.01.2026», «у т.ч. ПДВ»."""
    return cell.lstrip(_AROUND_WORDS)[:1] in _TOTALS_INITIALS and _TOTALS.match(fold_heading(cell)) is not None


def closes_group(cell: str) -> bool:
    """Tell whether a cell ends like a subtotal that names its group first: «80-431930 Підсумок»."""
    return cell.rstrip(_AROUND_WORDS)[-1:] in _CLOSING_LETTERS and _CLOSING.fullmatch(fold_heading(cell)) is not None


def is_ordinal(cells: Sequence[str]) -> bool:
    """Tell whether a row numbers the columns: «1 2 3», «А Б 1 2», «1 2 3=1+2»."""
    told = [text for cell in cells if (text := cell.strip())]
    if len(told) < _LEAST_ORDINALS or not (told[0][:1] in "1(" or len(told[0]) == 1):
        return False
    letters = [fold_heading(text) for text in told if len(text) == 1 and text.isalpha()]
    # In forms Ґ and Є are left out as often as not.
    if letters and (letters != _in_alphabet(letters) or letters[0] != _ORDINAL_LETTERS[0]):
        return False
    numbers = [match["number"] if (match := _ORDINAL.fullmatch(text)) else "" for text in told[len(letters) :]]
    return numbers == [str(number) for number in range(1, len(numbers) + 1)]


def is_machine(cells: Sequence[str]) -> bool:
    """Tell whether a row holds nothing but words of a program: «Autofilter», «sum», «sort»."""
    return all(fold_heading(cell) in _MACHINE_WORDS for cell in cells if cell.strip())


def _in_alphabet(letters: Sequence[str]) -> list[str]:
    return sorted(set(letters) & set(map(fold_heading, _ORDINAL_LETTERS)), key=_ORDER.__getitem__)


_ORDER = {fold_heading(letter): index for index, letter in enumerate(_ORDINAL_LETTERS)}
