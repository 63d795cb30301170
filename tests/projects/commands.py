"""Runs management commands of a host one after another in one process, and prints how each ended as JSON.

Run as a program of the host, its settings named by DJANGO_SETTINGS_MODULE; the commands are a JSON list of lists.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from django.core.management import execute_from_command_line


def run(command: list[str]) -> dict[str, Any]:
    """Run one command as the command line would, and stop where it fails."""
    text = io.StringIO()
    with redirect_stdout(text), redirect_stderr(text):
        try:
            execute_from_command_line(["manage.py", *command])
        except SystemExit as left:
            if left.code:
                return {"code": left.code, "text": text.getvalue()}
    return {"code": 0, "text": text.getvalue()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps([run(command) for command in json.loads(sys.argv[1])]))
