"""Names in the order in which a person lists them."""

from cabinet_pages.quantities.ordering import natural_key


def test_numbers_stand_by_their_value() -> None:
    names = ["Магазин № 10", "Магазин № 2", "магазин № 1", "Магазин", "Магазин № 2а"]
    assert sorted(names, key=natural_key) == [
        "Магазин", "магазин № 1", "Магазин № 2", "Магазин № 2а", "Магазин № 10"
    ]  # fmt: skip


def test_ukrainian_letters_stand_in_the_order_of_the_alphabet() -> None:
    names = list("яюьщшчцхфутсрпонмлкйїіизжєедґгвба")
    assert sorted(names, key=natural_key) == list("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")


def test_any_text_can_be_compared_with_any_other() -> None:
    names = ["", "1", "а", "1а", "а1", "٣", "2" * 40, "Ввід 1"]
    assert sorted(names, key=natural_key)[0] == ""
