"""What every answer says to caches and browsers, on pages that are not ours to write too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.test import Client
from django.urls import reverse

from tests.cabinet_pages.staff.world import StaffWorld, body_of

pytestmark = pytest.mark.django_db

OF_ALLAUTH = [
    "account_email",
    "account_change_password",
    "account_reset_password",
    "account_logout",
    "account_reauthenticate",
    "account_email_verification_sent",
    "mfa_index",
    "usersessions_list",
]
ABSENT = ["/my/access/80-absent/", "/cabinet/legal/personal/80-absent/", "/cabinet/legal/absent/"]


def paths() -> list[str]:
    return [reverse(name) for name in OF_ALLAUTH] + ABSENT + ["/my/profile/", "/cabinet/", "/admin/"]


def test_no_cache_keeps_what_a_signed_in_person_sees_error_pages_included(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    for user in (world.vin.person, world.vin.operator):
        client = as_user(user)
        for path in paths():
            response = client.get(path)
            assert "no-store" in response.headers.get("Cache-Control", ""), (path, response.status_code)
            assert "private" in response["Cache-Control"], path


def test_no_cache_keeps_the_forms_of_the_entrance(world: StaffWorld) -> None:
    for name in ("account_login", "account_signup", "account_reset_password", "account_email_verification_sent"):
        assert "no-store" in Client().get(reverse(name))["Cache-Control"], name


def test_a_public_page_that_asks_nothing_about_its_reader_may_be_kept(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    for client in (Client(), as_user(world.vin.person)):
        assert "no-store" not in client.get("/robots.txt").headers.get("Cache-Control", "")


def test_every_answer_has_the_headers_of_browser_security(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    pdf = reverse("cabinet_pages_invoice_modeladmin_pdf", args=[world.vin.records["invoice"].pk])
    file = reverse("cabinet_pages_signeddocument_modeladmin_file", args=[world.vin.records["signeddocument"].pk])
    client = as_user(world.vin.operator)
    for path in [*paths(), "/", "/robots.txt", "/sitemap.xml", pdf, file, "/accounts/login/"]:
        response = client.get(path)
        body_of(response)
        assert response["X-Content-Type-Options"] == "nosniff", path
        assert response["Referrer-Policy"] == "same-origin", path
        assert response["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), path
        policy = response["Content-Security-Policy"]
        for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
            assert directive in policy, path
        if not path.startswith("/admin/"):
            assert "unsafe" not in policy, path
            assert "frame-ancestors 'none'" in policy, path


def test_a_private_file_tells_nothing_by_conditional_headers(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.tro.operator)
    for model, action in (("signeddocument", "file"), ("accessrequest", "scan"), ("invoice", "pdf")):
        asked = {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "Range": "bytes=0-1"}
        for key in (world.vin.records[model].pk, 987654321):
            url = reverse(f"cabinet_pages_{model}_modeladmin_{action}", args=[key])
            response = client.get(url, headers=asked)
            assert response.status_code == 404, (model, key)
            assert not {"ETag", "Last-Modified", "Content-Range"} & set(response.headers)


def test_private_files_have_no_address_of_their_own(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    names = [world.vin.records["signeddocument"].file.name, world.vin.request.scan.name]
    assert not project_settings.PRIVATE_ROOT.startswith(project_settings.MEDIA_ROOT)
    for name in names:
        for prefix in ("/media/", "/private/", "/static/", "/documents/", "/media/../private/", "/static/../private/"):
            assert client.get(f"{prefix}{name}").status_code in (301, 404), (prefix, name)
