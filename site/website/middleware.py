"""Response headers of the site that differ between its parts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Wagtail's admin writes inline scripts for its date fields and inline panels, styles of its editor, and shows previews
# in a frame of its own; nothing of it comes from elsewhere.
ADMIN_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)


class AdminContentSecurityPolicy:
    """Gives the admin its own content security policy; the public site and the cabinet keep the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY)
        return response
