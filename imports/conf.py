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
