"""Resources: what each kind of file has for columns, keys and values; see `imports.resources.base`.

`BUILT_IN_KINDS` are ours, in the order in which a newcomer would load them.
"""

from imports.resources.accounts import AccountResource
from imports.resources.balances import BalanceResource
from imports.resources.base import KindResource
from imports.resources.payments import PaymentResource

BUILT_IN_KINDS: tuple[type[KindResource], ...] = (AccountResource, BalanceResource, PaymentResource)

__all__ = ["BUILT_IN_KINDS", "KindResource"]
