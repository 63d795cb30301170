"""One writer of an account's orders at a time."""

from cabinet_pages.accounts.models import Account


def lock_account(pk: int) -> None:
    """Wait until nobody else writes orders of an account, till the end of the caller's transaction.

    PostgreSQL locks the row; a transaction of SQLite that writes is alone from its beginning. Were it otherwise, the
    unique constraints and the conditions of the updates would still refuse the second.
    """
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=pk)
