#!/usr/bin/env python
"""Command line of the project: `python manage.py <command>`."""

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent


def main() -> None:
    """Put the plain source root `site/` on the path and hand over to Django."""
    # `site` is a frozen standard-library module, so the folder can only be a source root, never a package.
    sys.path.insert(1, str(BASE_DIR / "site"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "website.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
