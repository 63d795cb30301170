"""A finding about readings that a person confirms with a reason."""

from cabinet_pages.readings.checks import ReadingCheck
from cabinet_pages.readings.rules import Finding, Line


class RoundThousands(ReadingCheck):
    """A reading that ends in three zeros was perhaps guessed."""

    code = "round_thousands"
    label = "round thousands"

    def find(self, line: Line) -> Finding | None:
        """The line has no errors; its volume may be unknown."""
        return Finding(self.code, {"value": line.value}) if line.value and line.value % 1000 == 0 else None

    def message(self, finding: Finding) -> str:
        """The sentence in the reader's language."""
        return f"{finding.params['value']} is very round: was it read off the meter?"
