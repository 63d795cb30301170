"""Resources: what each kind of file has for columns, keys and values; see `imports.resources.base`.

`BUILT_IN_KINDS` are ours, in the order in which a newcomer would load them.
"""

from imports.resources.accounts import AccountResource
from imports.resources.balances import BalanceResource
from imports.resources.base import KindResource
from imports.resources.documents import DocumentResource
from imports.resources.invoices import InvoiceResource
from imports.resources.metering import MeteringResource
from imports.resources.payments import PaymentResource
from imports.resources.readings import ReadingResource

BUILT_IN_KINDS: tuple[type[KindResource], ...] = (
    AccountResource,
    MeteringResource,
    BalanceResource,
    InvoiceResource,
    PaymentResource,
    ReadingResource,
    DocumentResource,
)

__all__ = ["BUILT_IN_KINDS", "KindResource"]
