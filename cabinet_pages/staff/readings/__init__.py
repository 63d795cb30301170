"""Staff screens of readings: the records, and the desk of the open window."""

from cabinet_pages.staff.readings.records import ReadingAdmin
from cabinet_pages.staff.readings.reopening import WindowReopeningAdmin

__all__ = ["ReadingAdmin", "WindowReopeningAdmin"]
