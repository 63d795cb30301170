"""Documents that a branch uploaded for an account, with their digital signatures (ЕЦП)."""

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Account
from cabinet_pages.quantities.fields import MoneyField


class SignedDocument(models.Model):
    """A file with an optional detached signature (`.p7s`); the original bytes are kept, known by SHA-256."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="signed_documents"
    )
    kind = models.CharField(_("kind of document"), max_length=80)
    number = models.CharField(_("number"), max_length=60)
    dated = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=255, blank=True)
    period = models.DateField(_("period"), null=True, blank=True)
    amount = MoneyField(_("sum"), null=True, blank=True)
    needs_signature = models.BooleanField(_("needs the consumer's signature"), default=False)
    file = models.FileField(_("file"), storage=private_storage, upload_to="documents/%Y/%m/", max_length=255)
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    signature = models.FileField(
        _("signature"), storage=private_storage, upload_to="documents/%Y/%m/", max_length=255, blank=True
    )
    signature_name = models.CharField(_("name of the signature file"), max_length=255, blank=True)
    signature_sha256 = models.CharField(_("SHA-256 of the signature"), max_length=64, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("signed document")
        verbose_name_plural = _("signed documents")
        ordering = ["-dated", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "number", "dated"], name="cabinet_document_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind} № {self.number}"


class SignatureVerdict(models.Model):
    """What a verifier found in the signatures of a file; known by the digests of its bytes, so it is computed once.

    Two documents with equal bytes share it, and a replaced file gets another one.
    """

    wagtail_reference_index_ignore = True

    document_sha256 = models.CharField(_("SHA-256"), max_length=64)
    # '' of a file without a signature beside it, which may hold one inside.
    signature_sha256 = models.CharField(_("SHA-256 of the signature"), max_length=64, blank=True)
    # Another verifier, or the same with other options, may say otherwise.
    verifier = models.CharField(_("verifier"), max_length=64)
    findings = models.JSONField(_("findings"))
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)

    class Meta:
        verbose_name = _("verdict on a signature")
        verbose_name_plural = _("verdicts on signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["document_sha256", "signature_sha256", "verifier"], name="cabinet_signature_verdict_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_sha256[:12]} {self.signature_sha256[:12]}"
