"""The cookie of the interface's language."""

from django.conf import settings
from django.http import HttpResponse

from cabinet_pages.conf import cabinet_settings


def offered_languages() -> list[tuple[str, str]]:
    """The host's languages in which the cabinet speaks: code and name, in the host's order."""
    wanted = cabinet_settings.LANGUAGES
    return [(code, name) for code, name in settings.LANGUAGES if code in wanted]


def keep_language(response: HttpResponse, language: str) -> None:
    """Set the cookie that `LanguageMiddleware` reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
