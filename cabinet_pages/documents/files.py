"""Files of documents as people take them: private, and never run by a browser."""

import logging

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse

logger = logging.getLogger(__name__)

# Anything else goes out as plain bytes: a browser must not run what a branch or a consumer has sent.
CONTENT_TYPES = {".pdf": "application/pdf", ".p7s": "application/pkcs7-signature"}


def stream(file: FieldFile, name: str) -> HttpResponse:
    """Send a private file under its original name. Raises Http404 where there is none."""
    if not file:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        logger.error("The private storage has lost %s of %s", file.name, getattr(file.instance, "uuid", ""))
        raise Http404 from error
    extension = f".{name.rpartition('.')[2].lower()}"
    response = FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=CONTENT_TYPES.get(extension, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[return-value]
