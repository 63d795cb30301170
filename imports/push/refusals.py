"""What is answered to a request that cannot be served: a status, a code for programs, a sentence for people."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _

#: Code → status and sentence.
REFUSALS: Mapping[str, tuple[HTTPStatus, Any]] = {
    "no_token": (
        HTTPStatus.UNAUTHORIZED,
        _("Give the token in the heading “Authorization: Bearer …”. Unknown and revoked tokens are not accepted."),
    ),
    "branch_closed": (HTTPStatus.FORBIDDEN, _("The branch of this token does not work any more.")),
    "other_branch": (HTTPStatus.FORBIDDEN, _("This token is not for branch %(branch)s.")),
    "no_branch": (HTTPStatus.BAD_REQUEST, _("There is no branch %(branch)s.")),
    "no_kind": (HTTPStatus.NOT_FOUND, _("There is no kind of file “%(kind)s”; known are: %(known)s.")),
    "no_batch": (HTTPStatus.NOT_FOUND, _("There is no such import.")),
    "wrong_method": (HTTPStatus.METHOD_NOT_ALLOWED, _("This address takes %(allowed)s alone.")),
    "no_key": (
        HTTPStatus.BAD_REQUEST,
        _("Give each file a name of its own in the heading “Idempotency-Key”: 1 to %(limit)s Latin letters and signs."),
    ),
    "no_length": (
        HTTPStatus.LENGTH_REQUIRED,
        _("The length of the request is missing: send the heading “Content-Length”."),
    ),
    "too_large": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("The file is too large: the limit is %(limit)s bytes. Split it."),
    ),
    "cut_short": (HTTPStatus.BAD_REQUEST, _("The file did not arrive whole. Send it again with the same key.")),
    "no_file": (
        HTTPStatus.BAD_REQUEST,
        _("There is no file: send its bytes as the body, or one part “file” of a form."),
    ),
    "wrong_content": (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("Send the bytes of the file uncompressed, as “application/octet-stream” or “multipart/form-data”."),
    ),
    "bad_option": (HTTPStatus.BAD_REQUEST, _("The option “%(name)s” cannot be used. %(reason)s")),
    "unknown_option": (HTTPStatus.BAD_REQUEST, _("There is no option “%(name)s”; known are: %(known)s.")),
    "key_of_another_file": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Another file came with this Idempotency-Key before (import %(batch)s). Give this one a key of its own."),
    ),
    "too_often": (HTTPStatus.TOO_MANY_REQUESTS, _("There are too many requests. Repeat this one in a few minutes.")),
}


class PushRefused(Exception):
    """A request that cannot be served.

    Args:
        code: one of REFUSALS.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params

    @property
    def status(self) -> HTTPStatus:
        """The status of the answer."""
        return REFUSALS[self.code][0]

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(REFUSALS[self.code][1]) % self.params
