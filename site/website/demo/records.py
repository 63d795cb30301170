"""Records of the demo's world, before any file is written."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass
class DemoRegister:
    """A register with what it showed at the end of each month."""

    channel: str
    zone: int
    digits: int
    start: int
    readings: list[int] = field(default_factory=list)


@dataclass
class DemoPoint:
    """A metering point with its meter."""

    code: str
    name: str
    address: str
    site: str
    serial: str
    meter_type: str
    current_ratio: int
    voltage_ratio: int
    registers: list[DemoRegister]
    role: str = "розрахункова"
    read_by: str = "споживач"
    eic: str = ""
    voltage_class: str = "2"
    next_verification: date = date(2030, 1, 1)

    @property
    def multiplier(self) -> int:
        """The product of the current and voltage transformer ratios."""
        return self.current_ratio * self.voltage_ratio


@dataclass
class DemoAccount:
    """An account of the demo."""

    number: str
    branch: str
    name: str
    code: str
    address: str
    contract_number: str
    contract_date: date
    settlement_day: int
    supplier: str
    area: str = ""
    erp_code: str = ""
    vat_number: str = ""
    payer: str = "споживач"
    terminated_on: date | None = None
    points: list[DemoPoint] = field(default_factory=list)
    pays_late: bool = False

    @property
    def phone(self) -> str:
        """A phone that reaches nobody: no exchange begins with zeros."""
        told = sum(map(ord, self.number)) * 37 % 10_000
        return f"(0432) 00-{told // 100:02}-{told % 100:02}"


@dataclass
class DemoLine:
    """A line of an invoice; quantities in kWh or kVAr·h, sums in UAH."""

    article: str
    quantity: Decimal
    unit: str
    tariff: Decimal
    net: Decimal
    vat: Decimal
    point: str = ""
    serial: str = ""
    previous: str = ""
    current: str = ""
    multiplier: str = ""

    @property
    def gross(self) -> Decimal:
        """Sum with VAT."""
        return self.net + self.vat


@dataclass
class DemoInvoice:
    """An invoice of a month."""

    account: str
    number: str
    issued_on: date
    due_on: date
    period: date
    lines: list[DemoLine]


@dataclass
class DemoPayment:
    """A payment, UAH."""

    account: str
    document: str
    paid_on: date
    article: str
    amount: Decimal
    period: date | None
    payer: str
    purpose: str


@dataclass
class DemoBalance:
    """A month's balance of one article, UAH."""

    account: str
    period: date
    article: str
    opening: Decimal
    charged: Decimal
    paid: Decimal
    closing: Decimal


@dataclass
class World:
    """All of it."""

    months: list[date]
    accounts: list[DemoAccount]
    invoices: list[DemoInvoice]
    payments: list[DemoPayment]
    balances: list[DemoBalance]
