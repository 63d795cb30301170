"""The only reader of the cabinet's settings: one namespace, `WAGTAIL_CABINET`, with defaults."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Alias in STORAGES of the storage for customers' and branches' files; never under MEDIA_URL.
    "PRIVATE_STORAGE": "private",
    # Alias in TASKS of the backend that runs imports, mails and other long work.
    "TASK_BACKEND": "jobs",
    # The zone in which days, periods and reading windows are counted.
    "TIME_ZONE": "Europe/Kyiv",
    # Languages of the host's LANGUAGES that the cabinet's switch and profile offer; it has catalogues for these.
    "LANGUAGES": ("uk", "en"),
    "ACTIVATION_CODE_DAYS": 7,
    "ACTIVATION_CODE_TRIES": 5,
    # How long a terminated account stays readable.
    "TERMINATED_ACCOUNT_MONTHS": 36,
    # Rows on one page of a list.
    "ROWS_PER_PAGE": 50,
    # "accept" takes a late reading with a flag until the period is exported, "refuse" does not.
    "LATE_READINGS": "accept",
    # The last days of a reading window on which it is called «closing soon».
    "READING_CLOSING_DAYS": 2,
    # On what occasions people are reminded of readings that are still to be sent: "opened", "closing", "reopened".
    "READING_REMINDERS": ("opened", "closing", "reopened"),
    # A daily volume this many times above or below the mean of the last months, or that of the same month of the year
    # before, needs a confirmation, unless it differs from the expected volume by less than so many kWh.
    "READING_FAR_FACTOR": 3,
    "READING_MEAN_MONTHS": 3,
    "READING_FAR_MINIMUM": 100,
    # So many times the permitted power × the hours since the previous reading need a confirmation.
    "READING_POWER_FACTOR": 1,
    # By how much of the meter's own unit its zones may differ from its register of the whole day.
    "READING_ZONES_TOLERANCE": 1,
    # Whether the outbox keeps the text of a sent mail. It may hold a code or a link, so only a demo has a reason to.
    "KEEP_SENT_MAIL": False,
    # Minutes that a mail about imported rows waits, so that an undone batch announces nothing.
    "IMPORT_MAIL_DELAY": 30,
    # Documents older than this many days announce nothing.
    "IMPORT_MAIL_MAX_AGE": 45,
    # A row of a bank statement and a payment of 1C of the same account and amount are one payment when at most so many
    # days lie between them.
    "BANK_PAIRING_DAYS": 5,
    # For so many minutes an order to pay online may be paid.
    "ONLINE_PAYMENT_MINUTES": 60,
    # A payment of 1C that does not name its online order is the order's when article and sum are the same and at most
    # so many days lie between them.
    "ONLINE_PAYMENT_DAYS": 5,
    # Largest scan that a person may attach to a request, in bytes.
    "SCAN_MAX_BYTES": 10 * 1024 * 1024,
    # Archives (ZIP) that people order: the most files and bytes of one, how many hours it is kept, after how many
    # seconds without a sign of life its worker is given up, and how many workers may end over it.
    "ARCHIVE_MAX_FILES": 1000,
    "ARCHIVE_MAX_BYTES": 1024 * 1024 * 1024,
    "ARCHIVE_HOURS": 72,
    "ARCHIVE_LEASE_SECONDS": 60,
    "ARCHIVE_ATTEMPTS": 3,
    # Largest file with which a consumer may sign a document, in bytes; a check takes some seconds for a megabyte.
    "SIGNED_FILE_MAX_BYTES": 20 * 1024 * 1024,
    # Format of the NBU's payment codes: "002", which every bank reads, or "003".
    "PAYMENT_CODE_VERSION": "002",
    # Exactly one of a kind: {"BACKEND": dotted path, "OPTIONS": {...}}.
    "PDF_RENDERER": {"BACKEND": "cabinet_pages.printing.rendering.Xhtml2PdfRenderer", "OPTIONS": {}},
    "DOCUMENT_VERIFIER": {"BACKEND": "cabinet_pages.documents.verification.verifier.OwnVerifier", "OPTIONS": {}},
    # Who takes payments over the internet, of the same form; None takes none.
    "PAYMENT_PROVIDER": None,
    # The utility's seal on the PDFs that it issues, of the same form; None seals nothing.
    "PDF_SEAL": None,
}


class CabinetSettings:
    """Attribute access to `settings.WAGTAIL_CABINET` over DEFAULTS; read anew each time, so tests can override."""

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(f"WAGTAIL_CABINET has no setting {name!r}")
        return getattr(settings, "WAGTAIL_CABINET", {}).get(name, DEFAULTS[name])

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days are counted."""
        return ZoneInfo(self.TIME_ZONE)


cabinet_settings = CabinetSettings()
