"""Registers of accounts by what files call them: point (code or EIC), serial number, channel and zone."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cabinet_pages.metering.models import Channel, Register, Zone
from imports.resources.rows import AccountRef, join_key

# What a row that names no channel or zone is about.
_CHANNEL: Final = Channel.ACTIVE_CONSUMED.value
_ZONE: Final = Zone.WHOLE_DAY.value


class RegisterRef(NamedTuple):
    """A register as rows refer to it."""

    pk: int
    code: str
    eic: str
    serial: str
    channel: str
    zone: int
    digits: int

    @property
    def key(self) -> str:
        """The natural key inside the account."""
        return join_key(self.code, self.serial, self.channel, str(self.zone))


class RegisterNotFound(LookupError):
    """No register is what a row means.

    Args:
        code: `point_unknown`, `point_ambiguous`, `meter_unknown` or `register_unknown`.
        column: the name of the column to blame.
        params: for the sentence.
    """

    def __init__(self, code: str, column: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.params = params


class RegisterDirectory:
    """The registers of the accounts that rows have spoken of so far, each account loaded once."""

    def __init__(self) -> None:
        self._by_account: dict[int, list[RegisterRef]] = {}
        self._by_code: dict[tuple[int, str], list[RegisterRef]] = {}
        self._by_eic: dict[tuple[int, str], list[RegisterRef]] = {}

    def load(self, accounts: Iterable[int]) -> None:
        """Load the registers of accounts that are not loaded yet, in one query."""
        wanted = set(accounts) - self._by_account.keys()
        if not wanted:
            return
        self._by_account.update({account: [] for account in wanted})
        for account, pk, code, eic, serial, channel, zone, digits in Register.objects.filter(
            meter__point__account_id__in=wanted
        ).values_list(
            "meter__point__account_id",
            "pk",
            "meter__point__code",
            "meter__point__eic",
            "meter__serial",
            "channel",
            "zone",
            "digits",
        ):
            register = RegisterRef(pk, code, eic, serial, channel, zone, digits)
            self._by_account[account].append(register)
            self._by_code.setdefault((account, code), []).append(register)
            self._by_eic.setdefault((account, eic), []).append(register)

    def of(self, account: int) -> Sequence[RegisterRef]:
        """The registers of a loaded account."""
        return self._by_account[account]

    def find(
        self, account: AccountRef, *, code: str, eic: str, serial: str, channel: str | None, zone: int | None
    ) -> RegisterRef:
        """The register of a loaded account.

        Args:
            code, eic: of the point; the code counts where both are given.
            serial: of the meter; zeros in front of it may be lost.
            channel, zone: None where the row names none: the only register there is, else A+ over the whole day.

        Raises:
            RegisterNotFound: there is none, or an EIC belongs to several points.
        """
        told = code or eic
        column = "point" if code else "eic"
        at_point = (self._by_code if code else self._by_eic).get((account.pk, told), [])
        if not at_point:
            raise RegisterNotFound("point_unknown", column, account=account.number, value=told)
        if len({one.code for one in at_point}) > 1:
            raise RegisterNotFound("point_ambiguous", column, account=account.number, value=told)
        of_meter = [one for one in at_point if one.serial == serial] or _without_zeros(at_point, serial)
        if not of_meter:
            raise RegisterNotFound("meter_unknown", "serial", value=serial, point=at_point[0].code)
        fitting = [one for one in of_meter if channel in (None, one.channel) and (zone is None or zone == one.zone)]
        wanted = (channel or _CHANNEL, _ZONE if zone is None else zone)
        if len(fitting) != 1:
            fitting = [one for one in fitting if (one.channel, one.zone) == wanted]
        if not fitting:
            raise RegisterNotFound("register_unknown", "channel", serial=serial, channel=wanted[0], zone=wanted[1])
        return fitting[0]


def _without_zeros(registers: Sequence[RegisterRef], serial: str) -> list[RegisterRef]:
    """A spreadsheet drops the zeros in front of a serial number; one meter alone may be meant."""
    same = [one for one in registers if one.serial.lstrip("0") == serial.lstrip("0")]
    return same if len({one.serial for one in same}) == 1 else []
