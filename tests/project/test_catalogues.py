"""The check of the translations finds what it is there to find."""

import polib
import pytest

from tests.support import catalogues


def test_texts_of_python_are_found_in_every_form_of_the_call() -> None:
    code = """
label = _("Account")
count = ngettext("%(n)s row", "%(n)s rows", n)
month = pgettext("calendar", "May")
lazy = translation.gettext_lazy("Invoice")
other = print("not for translation")
computed = _(label)
"""
    assert set(catalogues.texts_of_python(code)) == {
        (None, "Account"),
        (None, "%(n)s row"),
        ("calendar", "May"),
        (None, "Invoice"),
    }


def test_texts_of_templates_are_found_in_tags_blocks_and_filters() -> None:
    code = """
{% load i18n %}<h1>{% translate "Payments (all)" %}</h1>
{% blocktranslate trimmed with total=total %}
  In all {{ total }},
  it's a sum
{% endblocktranslate %}
{% blocktranslate count n=rows|length %}One row{% plural %}{{ n }} rows{% endblocktranslate %}
<a title="{% translate "May" context "calendar" %}">{{ _("Show") }}</a> translate(this) is plain text
"""
    assert set(catalogues.texts_of_template(code)) == {
        (None, "Payments (all)"),
        (None, "In all %(total)s, it's a sum"),
        (None, "One row"),
        ("calendar", "May"),
        (None, "Show"),
    }


def test_a_catalogue_newer_than_its_compiled_form_is_reported(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    path = catalogues.source("imports")
    path.parent.mkdir(parents=True)
    written = polib.POFile()
    written.append(polib.POEntry(msgid="Row", msgstr="Рядок"))
    written.save(str(path))
    written.save_as_mofile(str(path.with_suffix(".mo")))
    assert catalogues.stale("imports") == []
    written.append(polib.POEntry(msgid="Column", msgstr="Стовпець"))
    written.append(polib.POEntry(msgid="Value", msgstr=""))
    written.save(str(path))
    assert len(catalogues.stale("imports")) == 2
