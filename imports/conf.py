"""The only reader of the exchange's settings: one namespace, `WAGTAIL_CABINET_IMPORTS`, with defaults."""

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # Rows read, checked and staged at a time; memory grows with it, not with the file.
    "CHUNK_ROWS": 5_000,
    # Issues in a JSON report; all of them stay with the batch.
    "REPORTED_ISSUES": 1_000,
    # Folder of the lock files with SQLite; None is a folder beside the database.
    "LOCK_FOLDER": None,
    # Stops: a share above the percent holds a file up, from the least number of rows on.
    # Rows that a complete file withdraws of those in force, and accounts that it lacks.
    "VANISHED_PERCENT": 50,
    "VANISHED_LEAST": 2,
    # Stored sums that become zero.
    "ZEROED_PERCENT": 50,
    "ZEROED_LEAST": 2,
    # Accounts that are new to a branch which has at least the least number of them.
    "NEW_ACCOUNTS_PERCENT": 80,
    "NEW_ACCOUNTS_LEAST": 10,
    # Rows of other branches, or of accounts that the branch has not.
    "FOREIGN_ROWS_PERCENT": 80,
    "FOREIGN_ROWS_LEAST": 10,
    # From more written rows than this two employees must confirm; None asks for no second one.
    "SECOND_PERSON_ROWS": None,
    # Whether two employees must confirm a file that withdraws rows or changes customers.
    "SECOND_PERSON_DESTRUCTIVE": False,
    # Our accounts in banks: IBAN or old number → {"article": name, "branch": code, "purposes": [(pattern, name)]}.
    # Statements of other accounts are refused.
    "BANK_ACCOUNTS": {},
    # Seconds without a sign of life after which somebody asks whether a batch's worker is alive.
    "LEASE_SECONDS": 20,
    # How often a batch that ended its worker is taken up again.
    "RESUME_ATTEMPTS": 3,
    # How often one token may push and ask, and one address try unknown tokens.
    "PUSH_RATES": {"push": "120/h/key", "ask": "3600/h/key", "unknown_token": "30/h/ip"},
    # Limits of a file, by the names of `imports.formats.Limits`.
    "LIMITS": {},
}


class ImportSettings:
    """Attribute access to `settings.WAGTAIL_CABINET_IMPORTS` over DEFAULTS; read anew each time."""

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(f"WAGTAIL_CABINET_IMPORTS has no setting {name!r}")
        return getattr(settings, "WAGTAIL_CABINET_IMPORTS", {}).get(name, DEFAULTS[name])


import_settings = ImportSettings()
