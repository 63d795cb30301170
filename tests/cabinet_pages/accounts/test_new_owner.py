"""When an account has a new owner, and when it is merely renamed; no database."""

import pytest

from cabinet_pages.accounts.rules import is_new_owner

OLD = ("32855961", "К-1", "ТОВ Перше")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (OLD, OLD, False),
        (OLD, ("32855961", "К-1", "ТОВ Друге"), False),
        (OLD, ("14360570", "К-1", "ТОВ Перше"), True),
        (OLD, ("32855961", "К-2", "ТОВ Перше"), True),
        # A code that was missing, or is missing now, is told by the other one, or by the name.
        (OLD, ("32855961", "", "ТОВ Друге"), False),
        (("", "", "ТОВ Перше"), OLD, False),
        (("", "", "ТОВ Перше"), ("14360570", "", "ТОВ Друге"), True),
        (("", "", "ТОВ Перше"), ("", "", "ТОВ Друге"), False),
        (("32855961", "", "ТОВ Перше"), ("", "К-9", "тов  перше"), False),
    ],
)
def test_codes_tell_a_new_owner_and_a_name_alone_does_not(
    old: tuple[str, str, str], new: tuple[str, str, str], expected: bool
) -> None:
    told = is_new_owner(
        old_code=old[0], old_erp_code=old[1], old_name=old[2], code=new[0], erp_code=new[1], name=new[2]
    )
    assert told is expected
