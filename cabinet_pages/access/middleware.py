"""What every answer gets: the language of its reader, and a ban on caches where it was made for one reader alone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import has_vary_header, patch_cache_control


class LanguageMiddleware:
    """Activates the language of the cookie, which a login sets from the person's profile, else the site's.

    The browser's header is never asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
            # A template response is rendered while this language is still active.
            response.headers.setdefault("Content-Language", language)
        return response


class PrivateAnswersMiddleware:
    """Keeps every answer that was made for one reader out of caches: pages, redirects, errors and files alike.

    It stands above `SessionMiddleware`, which notes in `Vary` that the session was read. So the pages of allauth and of
    Wagtail are covered without a list of addresses, while a public page that asked nothing about its reader stays
    cacheable.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if has_vary_header(response, "Cookie") and "no-store" not in response.headers.get("Cache-Control", ""):
            patch_cache_control(response, private=True, no_store=True)
        return response
