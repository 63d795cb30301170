"""Reading a request of the push: its file, and what it says of the file."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.core.files import File
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.dateparse import parse_datetime as parse_iso_moment

from cabinet_pages.conf import cabinet_settings
from imports.conf import import_settings
from imports.engine.options import OptionRefused, parse_span
from imports.formats import Limits
from imports.messages import message
from imports.push.refusals import PushRefused
from imports.values import ValueRefused, parse_datetime, parse_flag, parse_integer, parse_money

#: What may be said of a file in the address or in a form.
OPTIONS = ("name", "branch", "profile", "complete", "as_of", "expect_rows", "expect_amount", "accept", "initial_load")
_FORM = "multipart/form-data"
_BLOCK = 1024 * 1024
# A form around the file, with its other fields.
_ENVELOPE = 64 * 1024
_PROFILE_LENGTH = 80
_CODED_NAME = re.compile(r"filename\*=utf-8''([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r'filename=(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)


def check_size(request: HttpRequest) -> None:
    """Refuse a body before a byte of it is read.

    Raises:
        PushRefused: `no_length`, `too_large` or `wrong_content`.
    """
    limit = Limits(**import_settings.LIMITS).file_bytes
    try:
        length = int(request.META.get("CONTENT_LENGTH") or -1)
    except ValueError:
        length = -1
    if length < 0 or "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise PushRefused("no_length")
    if length > limit + (_ENVELOPE if request.content_type == _FORM else 0):
        raise PushRefused("too_large", limit=limit)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity" or request.content_type == "application/x-www-form-urlencoded":
        raise PushRefused("wrong_content")


@contextmanager
def file_of(request: HttpRequest) -> Iterator[tuple["File[bytes]", str]]:
    """Yield the file of a request and its name; the bytes go to disk, not into memory.

    Raises:
        PushRefused: `no_file` or `cut_short`.
    """
    if request.content_type == _FORM:
        try:
            uploads = request.FILES
        except (MultiPartParserError, BadRequest, UnreadablePostError) as error:
            raise PushRefused("cut_short") from error
        upload = uploads.get("file") if len(uploads) == 1 else None
        if upload is None:
            raise PushRefused("no_file")
        yield upload, upload.name or ""
        return
    length = int(request.META["CONTENT_LENGTH"])
    if not length:
        raise PushRefused("no_file")
    with tempfile.TemporaryFile() as copy:
        try:
            while block := request.read(_BLOCK):
                copy.write(block)
        except UnreadablePostError as error:
            raise PushRefused("cut_short") from error
        if copy.tell() != length:
            raise PushRefused("cut_short")
        copy.seek(0)
        yield File(copy), _name_told(request)


def options_of(request: HttpRequest) -> dict[str, Any]:
    """What a request says of its file, by the names that `receive` takes; `branch` is a code.

    Raises:
        PushRefused: `unknown_option`, or `bad_option`.
    """
    told: dict[str, str] = {name: request.GET[name] for name in request.GET}
    if request.content_type == _FORM:
        told |= {name: request.POST[name] for name in request.POST}
    for name in told:
        if name not in OPTIONS:
            raise PushRefused("unknown_option", name=name[:40], known=", ".join(OPTIONS))
    told = {name: text.strip() for name, text in told.items() if text.strip()}
    result: dict[str, Any] = {}
    for name, text in told.items():
        try:
            result[name] = _read(name, text)
        except (OptionRefused, ValueRefused) as refusal:
            raise PushRefused("bad_option", name=name, reason=message("", refusal.code, refusal.params)) from refusal
    return result


def _read(name: str, text: str) -> Any:
    if name == "complete":
        return parse_span(text)
    if name == "as_of":
        moment = parse_iso_moment(text) or parse_datetime(text)
        if moment is None:
            raise ValueRefused("not_a_date", text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=cabinet_settings.zone)
        if moment > timezone.now():
            raise ValueRefused("date_out_of_range", text)
        return moment
    if name == "expect_amount":
        return parse_money(text)
    if name == "expect_rows":
        number = parse_integer(text)
        if number is None or not 0 <= number < 2**31:
            raise ValueRefused("not_whole", text)
        return number
    if name == "initial_load":
        return bool(parse_flag(text))
    if name == "accept":
        return [code for part in text.split(",") if (code := part.strip())]
    if name == "profile" and len(text) > _PROFILE_LENGTH:
        raise ValueRefused("too_long", text, length=len(text), limit=_PROFILE_LENGTH)
    return text


def _name_told(request: HttpRequest) -> str:
    """The name in the heading that tells it, RFC 6266."""
    heading = request.headers.get("Content-Disposition", "")
    if coded := _CODED_NAME.search(heading):
        return unquote(coded[1], errors="replace")
    plain = _PLAIN_NAME.search(heading)
    return (plain[1] or plain[2] or "") if plain else ""
