"""Pages of errors."""

from collections.abc import Callable

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.csrf import csrf_failure
from django.views.defaults import permission_denied, server_error

from website.home.services import PublicSite


def test_an_absent_address_is_answered_in_ukrainian_within_the_site(
    public_site: PublicSite, client: Client, asks_nothing_foreign: Callable[[HttpResponse], None]
) -> None:
    response = client.get("/немає-такої/")

    assert response.status_code == 404
    assert "Сторінку не знайдено" in response.content.decode()
    assert "0 (800) 217-217" in response.content.decode()
    asks_nothing_foreign(response)


def test_an_absent_address_is_answered_where_no_site_is_set_up(db: None, client: Client) -> None:
    from wagtail.models import Site

    Site.objects.all().delete()

    response = client.get("/absent/")

    assert response.status_code == 404
    assert "Сторінку не знайдено" in response.content.decode()


def test_a_refusal_says_so(public_site: PublicSite, client: Client) -> None:
    request = client.get("/").wsgi_request

    response = permission_denied(request, PermissionError())

    assert response.status_code == 403
    assert "Немає доступу" in response.content.decode()


def test_an_error_of_the_server_asks_neither_database_nor_request(
    asks_nothing_foreign: Callable[[HttpResponse], None],
) -> None:
    response = server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Сталася помилка" in response.content.decode()
    asks_nothing_foreign(response)


def test_a_form_that_is_too_old_says_what_to_do() -> None:
    response = csrf_failure(RequestFactory().post("/"))

    assert response.status_code == 403
    assert "Сторінка застаріла" in response.content.decode()


def test_an_error_speaks_the_readers_language() -> None:
    with translation.override("en"):
        assert "Something went wrong" in render_to_string("500.html")
