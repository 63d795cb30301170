"""What the shared pieces of a screen promise to whoever includes them."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

COMPONENTS = "cabinet_pages/components"


class QuestionForm(forms.Form):
    """A field of every kind that is laid out apart."""

    login = forms.EmailField(label="Логін", help_text="Адреса електронної пошти")
    phone = forms.CharField(label="Телефон", required=False)
    basis = forms.ChoiceField(label="Підстава", choices=[("h", "Керівник")], widget=forms.RadioSelect)
    consent = forms.BooleanField(label="Підтвердіть згоду")
    token = forms.CharField(widget=forms.HiddenInput)


def render(source: str, **context: Any) -> str:
    """Render a fragment the way a screen would."""
    return engines["django"].from_string("{% load cabinet %}" + source).render(context, context.get("request"))


def include(component: str, parameters: str, **context: Any) -> str:
    """Render one component with its parameters."""
    return render(f'{{% include "{COMPONENTS}/{component}" with {parameters} only %}}', **context)


def test_a_field_is_tied_to_its_label_its_hint_and_its_error() -> None:
    html = include("field.html", "field=form.login", form=QuestionForm({"login": "x"}))

    assert 'for="id_login"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described is not None
    assert all(f'id="{identifier}"' in html for identifier in described[1].split())
    assert len(described[1].split()) == 2
    assert 'aria-invalid="true"' in html


def test_an_optional_field_says_so_where_asked() -> None:
    assert "необов'язково" in render(
        '{% include "cabinet_pages/components/field.html" with field=form.phone mark_optional=True only %}',
        form=QuestionForm(),
    ).replace("&#x27;", "'")


def test_a_group_of_choices_is_a_fieldset_with_a_legend() -> None:
    html = include("field.html", "field=form.basis", form=QuestionForm())

    assert "<fieldset" in html
    assert "<legend>Підстава</legend>" in html


def test_the_summary_of_errors_leads_to_each_control() -> None:
    form = QuestionForm({})
    html = render(
        '{% include "cabinet_pages/components/form.html" with form=form only %}',
        form=form,
    )

    targets = re.findall(r'href="#([^"]+)"', html)
    assert targets == ["id_login", "id_basis_0", "id_consent"]
    assert all(f'id="{target}"' in html for target in targets)
    assert 'role="alert"' in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert include("form_errors.html", "form=form", form=QuestionForm()).strip() == ""


def test_pages_of_a_list_keep_the_other_parameters() -> None:
    request = RequestFactory().get("/", {"from_date": "2020-01-01", "page": "3"})
    page = Paginator(range(100), 10).page(3)

    html = include("pagination.html", "page_obj=page request=request", page=page, request=request)

    assert "21–30 із 100" in html
    addresses = re.findall(r'href="([^"]+)"', html)
    assert addresses
    assert all("from_date=2020-01-01" in address and address.count("page=") == 1 for address in addresses)
    assert '<span aria-current="page">3</span>' in html


def test_a_list_of_one_page_has_no_pages() -> None:
    page = Paginator(range(5), 10).page(1)

    assert include("pagination.html", "page_obj=page", page=page).strip() == ""


def test_the_window_bar_marks_the_open_window_alone() -> None:
    windows = [
        {"title": "Рахунки", "url": "/a/", "is_current": False},
        {"title": "Платежі", "url": "/b/", "is_current": True},
    ]

    html = include("window_bar.html", "windows=windows", windows=windows)

    assert html.count('aria-current="page"') == 1
    assert '<a href="/b/" aria-current="page">Платежі</a>' in html


def test_the_names_of_customers_are_escaped() -> None:
    html = include("account_header.html", "number='80-36' customer=name", name='ТОВ "А" <script>')

    assert "<script>" not in html
    assert "80-36" in html


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("uk", "1\u00a0234,50\u00a0₴|1\u00a0234,5|0,125|січень 2026|05.01.2026|—"),
        ("en", "1,234.50\u00a0₴|1,234.5|0.125|January 2026|05.01.2026|—"),
    ],
)
def test_amounts_and_dates_follow_the_language(language: str, expected: str) -> None:
    source = "{{ sum|money }}|{{ sum|energy }}|{{ price|price }}|{{ day|period }}|{{ day|day }}|{{ none|money }}"

    with translation.override(language):
        text = render(source, sum=Decimal("1234.50"), price=Decimal("0.125"), day=date(2026, 1, 5), none=None)

    assert text == expected


def test_a_phone_becomes_the_address_of_a_call() -> None:
    assert render('{{ "0 (800) 217-217"|tel }} {{ "+38 (067) 000-00-00"|tel }}') == "0800217217 +380670000000"
