"""ISO 20022 camt.053 (bank to customer statement), versions .02 to .08: one row per transaction. No Django.

An entry that stands for several transactions with sums of their own gives a row for each of them.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, ClassVar

from .base import Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions, check_row
from .markup import root_of
from .statement_table import (
    CREDIT,
    DEBIT,
    HEADINGS,
    LAYOUT,
    NOT_BOOKED,
    StatementRow,
    account_of,
    currency_of,
)
from .xml_stream import RowTarget, encoding_of, stream_rows

_SAID_NOTHING = frozenset({"NOTPROVIDED", "NONREF", "NOTAVAILABLE"})
_DIRECTIONS = {"CRDT": CREDIT, "DBIT": DEBIT}
# Where a value stands below `Ntry` or `TxDtls` → what it is; `{side}` is Dbtr or Cdtr.
_ENTRY = {
    "CdtDbtInd": "direction",
    "Sts": "status",
    "Sts/Cd": "status",
    "BookgDt/Dt": "day",
    "BookgDt/DtTm": "day",
    "AcctSvcrRef": "bank_id",
    "NtryRef": "number",
    "AddtlNtryInf": "remark",
}
_TRANSACTION = {
    "Refs/AcctSvcrRef": "bank_id",
    "Refs/TxId": "transaction",
    "Refs/InstrId": "instruction",
    "Refs/EndToEndId": "number",
    "Amt": "amount",
    "AmtDtls/TxAmt/Amt": "amount",
    "AmtDtls/InstdAmt/Amt": "instructed",
    "RmtInf/Ustrd": "purpose",
    "RmtInf/Strd/AddtlRmtInf": "purpose",
    "AddtlTxInf": "remark",
}
_PARTY = {
    "RltdPties/{side}/Nm": "{side}name",
    "RltdPties/{side}/Pty/Nm": "{side}name",
    "RltdPties/{side}Acct/Id/IBAN": "{side}account",
    "RltdPties/{side}Acct/Id/Othr/Id": "{side}account",
    **{
        f"RltdPties/{{side}}/{party}Id/{kind}/Othr/Id": "{side}code"
        for party in ("", "Pty/")
        for kind in ("OrgId", "PrvtId")
    },
}
_TRANSACTION |= {
    path.format(side=side): name.format(side=side) for side in ("Dbtr", "Cdtr") for path, name in _PARTY.items()
}
_JOINED = frozenset({"purpose"})


def check_text(text: str, limits: Limits, row: int) -> str:
    """Return a text of several elements.

    Raises:
        LimitExceeded: it is too long; joining thousands of parts takes time beyond all bounds.
    """
    if len(text) > limits.cell_chars:
        raise LimitExceeded("cell_too_long", limit=limits.cell_chars, row=row)
    return text


class Camt053(Format):
    """A statement of ISO 20022; transactions are numbered from 1."""

    name: ClassVar[str] = "camt053"
    rank: ClassVar[int] = 40

    def matches(self, head: bytes, path: Path) -> bool:
        """The namespace is camt.053, or what stands below the first element is such a statement."""
        root = root_of(head)
        if root is None or root.name != "Document":
            return False
        return "camt.053" in root.namespace or b"BkToCstmrStmt" in head.replace(b"\x00", b"")

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the statement; `facts` has the sums of credits that it declares."""
        encoding = encoding_of(path, options.encoding)
        facts: dict[str, Any] = {"accounts": {}, "totals": []}
        target = _Target(options.limits, facts)
        rows = (check_row(row, options.limits) for row in stream_rows(path, target, encoding))
        return Reading(format=self.name, rows=rows, encoding=encoding, layout=LAYOUT, facts=facts)


class _Target(RowTarget):
    """Gathers the entries of the statements."""

    def __init__(self, limits: Limits, facts: dict[str, Any]) -> None:
        super().__init__(limits)
        self.facts = facts
        self.path: list[str] = []
        self.own = self.credited = self.first_day = self.last_day = ""
        self.entry: dict[str, str] = {}
        self.transactions: list[dict[str, str]] = []
        self.rows.append(RawRow(0, tuple(HEADINGS.values())))

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; sums have their currency in an attribute."""
        self.take_text()
        self.path.append(name)
        if name == "Stmt":
            self.own = self.credited = self.first_day = self.last_day = ""
        elif name == "Ntry":
            self.entry, self.transactions = {}, []
        elif name == "TxDtls":
            self.transactions.append({})
        elif name == "Amt" and self._inside("Ntry") and self.path[-2] == "Ntry":
            self.entry["currency"] = attributes.get("Ccy", "")

    def closed(self, name: str) -> None:
        """An element ends: its text is a value, or an entry or a statement is complete."""
        text = " ".join(self.take_text().split())
        if name == "Ntry":
            self._entry_done()
        elif name == "Stmt":
            self._statement_done()
        elif self._inside("TxDtls"):
            self._keep(self.transactions[-1], _TRANSACTION.get(self._below("TxDtls")), text)
        elif self._inside("Ntry"):
            below = self._below("Ntry")
            self._keep(self.entry, "amount" if below == "Amt" else _ENTRY.get(below), text)
        elif self._inside("Stmt"):
            self._describe(self._below("Stmt"), text)
        self.path.pop()

    def _inside(self, name: str) -> bool:
        return name in self.path[:-1]

    def _below(self, name: str) -> str:
        return "/".join(self.path[self.path.index(name) + 1 :])

    def _keep(self, values: dict[str, str], name: str | None, text: str) -> None:
        if not name or not text or text.upper() in _SAID_NOTHING:
            return
        if name in _JOINED and name in values:
            values[name] = check_text(f"{values[name]} {text}", self.limits, self.count + 1)
        else:
            values.setdefault(name, text)

    def _describe(self, below: str, text: str) -> None:
        if below in {"Acct/Id/IBAN", "Acct/Id/Othr/Id"}:
            self.own = self.own or account_of(text)
            self.facts["accounts"].setdefault(self.own, {})
        elif below == "TxsSummry/TtlCdtNtries/Sum":
            self.credited = text
        elif below == "FrToDt/FrDtTm":
            self.first_day = text[:10]
        elif below == "FrToDt/ToDtTm":
            self.last_day = text[:10]

    def _statement_done(self) -> None:
        self.facts["totals"].append(
            {
                "account": self.own,
                "first_day": self.first_day,
                "last_day": self.last_day,
                "credited": self.credited,
            }
        )

    def _entry_done(self) -> None:
        parts = self.transactions if len(self.transactions) > 1 and self._adds_up() else [self._whole()]
        for position, part in enumerate(parts, start=1):
            self.row_done()
            self.rows.append(RawRow(self.count, tuple(self._row(part, position if len(parts) > 1 else 0))))

    def _adds_up(self) -> bool:
        try:
            return sum(Decimal(one["amount"]) for one in self.transactions) == Decimal(self.entry.get("amount", ""))
        except (KeyError, InvalidOperation):
            return False

    def _whole(self) -> dict[str, str]:
        """The transactions of an entry as one; only what they have in common is known of the other side."""
        if len(self.transactions) < 2:
            return {**(self.transactions[0] if self.transactions else {}), "amount": self.entry.get("amount", "")}
        first, *others = self.transactions
        common = {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}
        purposes = " ".join(one["purpose"] for one in self.transactions if "purpose" in one)
        return {**common, "amount": self.entry.get("amount", ""), **({"purpose": purposes} if purposes else {})}

    def _row(self, part: Mapping[str, str], position: int) -> StatementRow:
        entry = self.entry
        direction = _DIRECTIONS.get(entry.get("direction", "").upper(), "")
        is_booked = entry.get("status", "BOOK").upper() == "BOOK"
        side = "Cdtr" if direction == DEBIT else "Dbtr"
        bank_id = part.get("bank_id") or entry.get("bank_id", "")
        if position and bank_id and bank_id == entry.get("bank_id"):
            # The reference of the entry alone would be one key for all of its transactions.
            bank_id = f"{bank_id}/{part.get('transaction') or position}"
        return StatementRow(
            own=self.own,
            direction=direction if is_booked or not direction else NOT_BOOKED,
            bank_id=bank_id,
            number=part.get("number") or part.get("instruction") or entry.get("number", ""),
            day=entry.get("day", "")[:10],
            amount=part.get("amount", ""),
            currency=currency_of(entry.get("currency", "")),
            payer=part.get(f"{side}name", ""),
            payer_code=part.get(f"{side}code", ""),
            payer_account=account_of(part.get(f"{side}account", "")),
            purpose=part.get("purpose") or part.get("remark") or entry.get("remark", ""),
            problem="" if direction else "unknown_direction",
        )
