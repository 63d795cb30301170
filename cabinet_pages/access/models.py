"""Person, request, activation code, access and operator: who may see and do what."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.storage.base import Storage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account, Branch


def private_storage() -> Storage:
    """The storage of customers' files, outside MEDIA_URL."""
    from cabinet_pages.conf import cabinet_settings

    return storages[cabinet_settings.PRIVATE_STORAGE]


class Person(models.Model):
    """Who a user of the cabinet is; one-to-one on the host's user model, never a field of it."""

    wagtail_reference_index_ignore = True

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cabinet_person")
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    phone = models.CharField(_("mobile phone"), max_length=13, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    consent_version = models.CharField(_("version of the consent"), max_length=20, blank=True)
    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class RequestState(models.TextChoices):
    """The life of a request for access."""

    SUBMITTED = "submitted", _("waiting for the branch")
    CONFIRMED = "confirmed", _("confirmed, the code is sent")
    ACTIVATED = "activated", _("activated")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Basis(models.TextChoices):
    """By what right a person acts for the customer."""

    HEAD = "head", _("head of the company")
    POWER_OF_ATTORNEY = "attorney", _("power of attorney")


class AccessRequest(models.Model):
    """A person's request that a branch open accounts to them; one request, one branch, one code."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="cabinet_requests",
    )
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="access_requests"
    )
    customer_code = models.CharField(_("ЄДРПОУ or РНОКПП"), max_length=20)
    account_numbers = models.TextField(_("accounts as typed"), blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    position = models.CharField(_("position"), max_length=120)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices, default=Basis.HEAD)
    attorney_number = models.CharField(_("number of the power of attorney"), max_length=60, blank=True)
    valid_until = models.DateField(_("power of attorney valid until"), null=True, blank=True)
    scan = models.FileField(_("scan"), storage=private_storage, upload_to="requests/%Y/%m/", max_length=255, blank=True)
    scan_name = models.CharField(max_length=255, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState.choices, default=RequestState.SUBMITTED, db_index=True
    )
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    refusal_reason = models.TextField(_("reason of the refusal"), blank=True)
    # The idempotency token of the form: a repeated click finds the request it already made.
    token = models.UUIDField(editable=False, default=uuid4)
    accounts = models.ManyToManyField(Account, through="RequestedAccount", related_name="access_requests")

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-submitted_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="cabinet_request_once")]

    def __str__(self) -> str:
        return f"{self.user} → {self.branch}"

    @property
    def is_open(self) -> bool:
        """Whether its person may still withdraw it."""
        return self.state in (RequestState.SUBMITTED, RequestState.CONFIRMED)

    @property
    def status_kind(self) -> str:
        """The colour of the state's lamp."""
        return {
            RequestState.SUBMITTED: "waiting",
            RequestState.CONFIRMED: "info",
            RequestState.ACTIVATED: "success",
            RequestState.REFUSED: "error",
        }.get(RequestState(self.state), "neutral")


class RequestedAccount(models.Model):
    """An account that the branch's employee picked when confirming a request."""

    wagtail_reference_index_ignore = True

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="picked")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "account"], name="cabinet_requested_account_once")]

    def __str__(self) -> str:
        return str(self.account)


class ActivationCode(models.Model):
    """Код активації: kept only as a hash, bound to the request's person, alive for one use."""

    wagtail_reference_index_ignore = True

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    killed_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("activation code")
        verbose_name_plural = _("activation codes")
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(used_at__isnull=True, killed_at__isnull=True),
                name="cabinet_one_living_code",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request} ({self.created_at:%d.%m.%Y %H:%M})"


class Role(models.TextChoices):
    """What a person may do with an account."""

    OWNER = "owner", _("owner")
    SUBMITTER = "submitter", _("reads and sends readings")
    VIEWER = "viewer", _("reads only")


class AccessQuerySet(models.QuerySet["Access"]):
    """Reads of access rows."""

    def live(self, today: date) -> "AccessQuerySet":
        """Rows that open their account on `today` (Kyiv date): not closed, and no power of attorney run out."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today), closed_at__isnull=True)


class Access(models.Model):
    """One person's right to one account."""

    wagtail_reference_index_ignore = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="cabinet_accesses",
    )
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="accesses")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OWNER)
    request = models.ForeignKey(
        AccessRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="accesses"
    )
    granted_at = models.DateTimeField(_("granted"), default=timezone.now)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    close_reason = models.CharField(_("reason of closing"), max_length=255, blank=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access")
        ordering = ["account__number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"],
                condition=Q(closed_at__isnull=True),
                name="cabinet_one_open_access",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.account}"


class BranchOperator(models.Model):
    """An employee's right to work for one branch; without a branch, for all of them (central office)."""

    wagtail_reference_index_ignore = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="cabinet_branches",
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="operators",
        help_text=_("Empty: all branches (central office)."),
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ["user__email"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "branch"], condition=Q(branch__isnull=False), name="cabinet_operator_once"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(branch__isnull=True), name="cabinet_central_operator_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} — {self.branch or _('all branches')}"
