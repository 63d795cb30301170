"""The order of what is said about a batch, the same on either database."""

import pytest

from imports.models import ImportBatch, RowIssue
from imports.queries import issues_of

pytestmark = pytest.mark.django_db


def test_what_is_said_of_the_file_stands_before_what_is_said_of_its_rows() -> None:
    batch = ImportBatch.objects.create(kind="payments", file_name="f.csv")
    for row, code in ((2, "b"), (1, "a"), (None, "file"), (2, "c"), (None, "file_too")):
        RowIssue.objects.create(batch=batch, row=row, code=code)
    assert [issue.code for issue in issues_of(batch)] == ["file", "file_too", "a", "b", "c"]
