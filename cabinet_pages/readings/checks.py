"""Findings that a person confirms with a reason, each a `ReadingCheck` registered by the hook `register_reading_check`.

A hook function takes nothing and returns checks. Errors that refuse a reading are no checks: they are in `rules`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.readings import rules
from cabinet_pages.readings.messages import shown, unit_of

HOOK = "register_reading_check"


class ReadingCheck(ABC):
    """One thing that may be odd about a reading.

    `code` names the finding in the database, `label` is its short name in lists.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]

    @abstractmethod
    def find(self, line: rules.Line) -> rules.Finding | None:
        """The finding, or None. The line has no errors; its volume may be unknown."""

    @abstractmethod
    def message(self, finding: rules.Finding) -> str:
        """The sentence in the reader's language."""


@dataclass(frozen=True, slots=True)
class RaisedFinding:
    """A finding with the check that made it."""

    check: ReadingCheck
    finding: rules.Finding

    @property
    def code(self) -> str:
        """The code of the finding."""
        return self.finding.code

    @property
    def message(self) -> str:
        """The sentence in the reader's language."""
        return self.check.message(self.finding)

    def as_stored(self) -> dict[str, Any]:
        """What the reading keeps: the code and its figures as text."""
        return {"code": self.code, "params": {name: str(value) for name, value in self.finding.params.items()}}


class LessThanPrevious(ReadingCheck):
    """The register returned to zero, or the meter was replaced."""

    code = "less_than_previous"
    label = gettext_lazy("less than the previous one")

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.less_than_previous`."""
        return rules.less_than_previous(line)

    def message(self, finding: rules.Finding) -> str:
        """Ask which of the two it was."""
        return _(
            "The reading is less than the previous one, %(previous)s. Did the register pass its last figure, "
            "or was the meter replaced?"
        ) % shown(finding.params)


class NothingUsed(ReadingCheck):
    """The register stands still."""

    code = "nothing_used"
    label = gettext_lazy("zero volume")

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.nothing_used`."""
        return rules.nothing_used(line)

    def message(self, finding: rules.Finding) -> str:
        """Say so."""
        return _("The reading equals the previous one, so the volume is zero.")


class FarFromMean(ReadingCheck):
    """The volume is many times above or below that of the last months."""

    code = "far_from_mean"
    label = gettext_lazy("unusual volume")
    above: ClassVar[str | Promise] = gettext_lazy(
        "The volume is far above the mean of the last months: about %(expected)s %(unit)s was expected."
    )
    below: ClassVar[str | Promise] = gettext_lazy(
        "The volume is far below the mean of the last months: about %(expected)s %(unit)s was expected."
    )

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.far_from_mean`; the thresholds are settings."""
        return rules.far_from_mean(
            line,
            factor=Decimal(str(cabinet_settings.READING_FAR_FACTOR)),
            months=cabinet_settings.READING_MEAN_MONTHS,
            minimum=Decimal(str(cabinet_settings.READING_FAR_MINIMUM)),
        )

    def message(self, finding: rules.Finding) -> str:
        """Give the expected volume beside it."""
        sentence = self.above if finding.code.startswith("far_above") else self.below
        return str(sentence) % {**shown(finding.params), "unit": unit_of(finding.params["channel"])}


class FarFromLastYear(FarFromMean):
    """The volume is many times above or below that of the same month of the year before."""

    code = "far_from_last_year"
    label = gettext_lazy("unlike last year")
    above = gettext_lazy(
        "The volume is far above that of the same month last year: about %(expected)s %(unit)s was expected."
    )
    below = gettext_lazy(
        "The volume is far below that of the same month last year: about %(expected)s %(unit)s was expected."
    )

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.far_from_last_year`; the thresholds are settings."""
        return rules.far_from_last_year(
            line,
            factor=Decimal(str(cabinet_settings.READING_FAR_FACTOR)),
            minimum=Decimal(str(cabinet_settings.READING_FAR_MINIMUM)),
        )


class AbovePermittedPower(ReadingCheck):
    """More than the permitted power can give in the time."""

    code = "above_permitted_power"
    label = gettext_lazy("above the permitted power")

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.above_permitted_power`; the threshold is a setting."""
        factor = Decimal(str(cabinet_settings.READING_POWER_FACTOR))
        return rules.above_permitted_power(line, factor=factor, zone=cabinet_settings.zone)

    def message(self, finding: rules.Finding) -> str:
        """Give the power and the hours."""
        return _(
            "The point counted %(used)s kWh: more than its permitted power of %(power)s kW gives in %(hours)s hours."
        ) % shown(finding.params)


class ZonesDiffer(ReadingCheck):
    """The zones do not make the register of the whole day."""

    code = "zones_differ"
    label = gettext_lazy("zones unlike the whole day")

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.zones_differ`; the threshold is a setting."""
        return rules.zones_differ(line, tolerance=Decimal(str(cabinet_settings.READING_ZONES_TOLERANCE)))

    def message(self, finding: rules.Finding) -> str:
        """Give both sums."""
        return _(
            "The zones add up to %(zones)s %(unit)s, but the register of the whole day gives %(total)s %(unit)s."
        ) % {**shown(finding.params), "unit": unit_of(finding.params["channel"])}


class RatioChanged(ReadingCheck):
    """The multiplier changed since the previous reading."""

    code = "ratio_changed"
    label = gettext_lazy("the multiplier changed")

    def find(self, line: rules.Line) -> rules.Finding | None:
        """See `rules.ratio_changed`."""
        return rules.ratio_changed(line)

    def message(self, finding: rules.Finding) -> str:
        """Say which ratio was used."""
        return _(
            "The multiplier changed on %(date)s. The volume is computed with the new one, %(multiplier)s; "
            "the branch will divide it if a control reading was taken that day."
        ) % shown(finding.params)


def own_checks() -> list[ReadingCheck]:
    """The checks of the cabinet itself; registered through the hook like a stranger's."""
    return [
        LessThanPrevious(),
        NothingUsed(),
        FarFromMean(),
        FarFromLastYear(),
        AbovePermittedPower(),
        ZonesDiffer(),
        RatioChanged(),
    ]


def registered_checks() -> list[ReadingCheck]:
    """Every check of the installed apps, in the order of their hooks."""
    return [check for register in hooks.get_hooks(HOOK) for check in register()]


def warnings_of(line: rules.Line, checks: Iterable[ReadingCheck]) -> list[RaisedFinding]:
    """What the checks find about a line without errors."""
    found = ((check, check.find(line)) for check in checks)
    return [RaisedFinding(check, finding) for check, finding in found if finding is not None]


def labels_of(stored: Sequence[dict[str, Any]], checks: Sequence[ReadingCheck]) -> list[str]:
    """Short names of the findings that a reading keeps; an uninstalled check's finding shows its code."""
    names = {check.code: check.label for check in checks}
    far, year = names.get("far_from_mean", ""), names.get("far_from_last_year", "")
    names |= {"far_above": far, "far_below": far, "far_above_last_year": year, "far_below_last_year": year}
    names["replaced"] = _("the meter was replaced")
    return [str(names.get(one.get("code", ""), one.get("code", ""))) for one in stored]


hooks.register(HOOK, own_checks)
