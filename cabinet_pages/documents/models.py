"""Documents that a branch uploaded for an account, their digital signatures (ЕЦП), and what people did with them."""

from uuid import uuid4

from django.conf import settings
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

    Two documents with equal bytes share it, and a replaced file gets another one. Until `findings` are there the row
    says that the worker was asked: a queue forgets its tasks, this row does not.
    """

    wagtail_reference_index_ignore = True

    document_sha256 = models.CharField(_("SHA-256"), max_length=64)
    # '' of a file without a signature beside it, which may hold one inside.
    signature_sha256 = models.CharField(_("SHA-256 of the signature"), max_length=64, blank=True)
    # Another verifier, or the same with other options, may say otherwise.
    verifier = models.CharField(_("verifier"), max_length=64)
    findings = models.JSONField(_("findings"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

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


class SpoiledFile(models.Model):
    """A stored file whose bytes are others than those it is known by, so that nobody reads it again to find out."""

    wagtail_reference_index_ignore = True

    path = models.CharField(_("file"), max_length=255)
    stated_sha256 = models.CharField(_("SHA-256 that the file is known by"), max_length=64)
    found_sha256 = models.CharField(_("SHA-256 of its bytes"), max_length=64)
    found_at = models.DateTimeField(_("found"), default=timezone.now)

    class Meta:
        verbose_name = _("spoiled file")
        verbose_name_plural = _("spoiled files")
        constraints = [models.UniqueConstraint(fields=["path", "stated_sha256"], name="cabinet_spoiled_file_once")]

    def __str__(self) -> str:
        return self.path


class DocumentMark(models.Model):
    """That a person has opened or downloaded a document; of a file that was replaced since it says nothing."""

    wagtail_reference_index_ignore = True

    document = models.ForeignKey(
        SignedDocument, verbose_name=_("signed document"), on_delete=models.CASCADE, related_name="marks"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+"
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    downloaded_at = models.DateTimeField(_("downloaded"), null=True, blank=True)

    class Meta:
        verbose_name = _("mark on a document")
        verbose_name_plural = _("marks on documents")
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "user", "sha256"], name="cabinet_document_mark_once")
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.user_id}"


class SignedForm(models.TextChoices):
    """In what form a signature is given."""

    CMS = "cms", ".p7s"
    ASIC = "asic", "ASiC"
    PDF = "pdf", "PDF (PAdES)"


class CounterSignatureState(models.TextChoices):
    """What has become of a file that a consumer signed."""

    WAITING = "waiting", _("awaits the branch")
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")
    SUPERSEDED = "superseded", _("replaced by a later file")


class CounterSignature(models.Model):
    """A file with which a consumer signed a document; the original bytes of every version are kept, known by SHA-256.

    It is bound to the bytes of the document as they stood: an import that replaces them leaves it to the earlier ones.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    document = models.ForeignKey(
        SignedDocument,
        verbose_name=_("signed document"),
        on_delete=models.PROTECT,
        related_name="counter_signatures",
    )
    document_sha256 = models.CharField(_("SHA-256 of the document"), max_length=64)
    document_file = models.CharField(max_length=255, editable=False)
    version = models.PositiveIntegerField(_("version"))
    form = models.CharField(_("form of the signature"), max_length=4, choices=SignedForm.choices)
    file = models.FileField(_("file"), storage=private_storage, upload_to="counter-signed/%Y/%m/", max_length=255)
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who uploaded it"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CounterSignatureState.choices, default=CounterSignatureState.WAITING
    )
    comment = models.TextField(_("comment of the branch"), blank=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who decided"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("counter-signed document")
        verbose_name_plural = _("counter-signed documents")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "version"], name="cabinet_counter_signature_version"),
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(state="waiting"),
                name="cabinet_counter_signature_waits_once",
            ),
        ]
        indexes = [models.Index(fields=["-uploaded_at"], name="cabinet_counter_list")]

    def __str__(self) -> str:
        return f"{self.document} ({self.version})"
