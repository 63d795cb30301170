"""The people of the demo: who they are and what they come for, as printed at the start of `make run`."""

from dataclasses import dataclass

PASSWORD = "demo-Cabinet-2026"  # noqa: S105


@dataclass(frozen=True)
class Login:
    """One person of the demo."""

    email: str
    sees: str


LOGINS = (
    Login("customer@demo.example", "the cabinet: accounts 80-431930 (VIN) and 80-36 (TRO)"),
    Login("big@demo.example", "the cabinet: one account with 500 metering points"),
    Login("newcomer@demo.example", "the request for confirmation of an account"),
    Login("operator.vin@demo.example", "the import desk of branch VIN"),
    Login("operator.tro@demo.example", "the import desk of branch TRO"),
    Login("central@demo.example", "the import desk of all branches"),
    Login("editor@demo.example", "the page explorer"),
    Login("admin@demo.example", "the admin home"),
)
