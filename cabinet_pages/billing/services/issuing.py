"""Issues the PDF of an invoice: its bytes are made once for a content of the invoice, and kept."""

import hashlib
from contextlib import suppress

from django.core.files.base import ContentFile
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max

from cabinet_pages.access.models import private_storage
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.documents import (
    content_digest,
    document_of,
    issued_for,
    kept_document,
    owner_scope,
    template_digest,
)
from cabinet_pages.billing.invoice_pdf import invoice_pdf
from cabinet_pages.billing.models import Invoice, IssuedInvoice
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.rendering import utility_of_default_site
from cabinet_pages.utility.models import UtilitySettings

# Each try but the last was lost to somebody who issued another content of the same invoice at that moment.
_TRIES = 5


class IssuedInvoiceDamaged(RuntimeError):
    """The kept bytes of a document are gone, or are not those that were issued."""


def issue_invoice(*, utility: UtilitySettings, scope: Scope, invoice: Invoice) -> IssuedInvoice:
    """The document of an invoice: that which was issued for what it says now, else one made at this moment.

    Two who ask at once get one document. What it says of payments is as of the moment when it was made.

    Args:
        utility: the payee.
        scope: what the account's owner sees.
        invoice: one of the scope's.

    Raises:
        PdfFailed: it cannot be rendered; nothing is kept.
    """
    if invoice.issued is not None:
        return invoice.issued
    content = content_digest(invoice)
    issued = issued_for(invoice, content)
    if issued is None:
        issued = _keep(invoice, content, invoice_pdf(document_of(utility, scope, invoice)))
    _note_issued(invoice.pk, issued)
    return issued


def issued_bytes(issued: IssuedInvoice) -> bytes:
    """The bytes of a document, as they were issued. Raises IssuedInvoiceDamaged."""
    try:
        with issued.file.storage.open(str(issued.file.name), "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise IssuedInvoiceDamaged(f"{issued.file.name} is gone") from error
    if hashlib.sha256(content).hexdigest() != issued.sha256:
        raise IssuedInvoiceDamaged(f"{issued.file.name} is not what was issued")
    return content


def _keep(invoice: Invoice, content: str, pdf: bytes) -> IssuedInvoice:
    digest = hashlib.sha256(pdf).hexdigest()
    storage = private_storage()
    name = storage.save(f"invoices/{kyiv_today():%Y/%m}/{digest}.pdf", ContentFile(pdf))
    key = {"account_id": invoice.account_id, "number": invoice.number, "issued_on": invoice.issued_on}
    for _try in range(_TRIES):
        last = IssuedInvoice.objects.filter(**key).aggregate(last=Max("version"))["last"] or 0
        try:
            with transaction.atomic():
                return IssuedInvoice.objects.create(
                    **key,
                    version=last + 1,
                    content_sha256=content,
                    template_sha256=template_digest(),
                    file=name,
                    sha256=digest,
                    size=len(pdf),
                )
        except IntegrityError:
            first = issued_for(invoice, content)
            if first is not None:
                storage.delete(name)
                return first
    storage.delete(name)
    raise RuntimeError(f"invoice {invoice} was issued {_TRIES} times by others at once")


def _note_issued(invoice_id: int, issued: IssuedInvoice) -> None:
    """Note at an invoice that a document is of what it says, unless it says something else by now.

    An import that is just writing it is not waited for: the next download notes it then.
    """
    with suppress(OperationalError), transaction.atomic():
        invoice = Invoice.objects.select_for_update(skip_locked=True).filter(pk=invoice_id).first()
        if invoice is not None and content_digest(invoice) == issued.content_sha256:
            Invoice.objects.filter(pk=invoice_id).update(issued=issued)


def issue_by_id(*, invoice_id: int) -> bool:
    """Issue the document of an invoice for its account's owner; return whether it was made now.

    One that is gone or withdrawn by now needs none.

    Raises:
        PdfFailed: it cannot be rendered; nothing is kept.
    """
    invoice = (
        Invoice.objects.filter(pk=invoice_id, withdrawn=False)
        .select_related("account__customer", "account__branch", "issued")
        .first()
    )
    if invoice is None or kept_document(invoice) is not None:
        return False
    issue_invoice(utility=utility_of_default_site(), scope=owner_scope(invoice.account), invoice=invoice)
    return True
