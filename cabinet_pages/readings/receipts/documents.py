"""What the receipt's page and its PDF show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from django.utils import translation
from django.utils.translation import gettext as _

from cabinet_pages.printing.qr import QrPicture, qr_image, qr_picture
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE, pdf_renderer
from cabinet_pages.readings.models import Reading, ReadingSource, ReadingSubmission
from cabinet_pages.readings.receipts.queries import Receipt
from cabinet_pages.readings.receipts.services import check_address
from cabinet_pages.readings.rows import HistoryRow, history_rows
from cabinet_pages.utility.models import UtilitySettings

TEMPLATE = "cabinet_pages/readings/receipt_pdf.html"
# What no file system of a customer takes in a name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
# A PDF has no more rows than this, for its time grows with them; a longer receipt comes in parts.
ROWS_OF_PART = 500


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A reading with the name of its point as it stood on the day of the submission."""

    history: HistoryRow
    point_name: str

    @property
    def reading(self) -> Reading:
        """The stored reading."""
        return self.history.reading


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """A receipt with everything its page and its PDF name; the PDF of a very long one comes in parts, from 1."""

    receipt: Receipt
    utility: UtilitySettings
    part: int = 1

    @property
    def submission(self) -> ReadingSubmission:
        """What was sent."""
        return self.receipt.submission

    @property
    def customer(self) -> str:
        """The customer as named on the day of the submission."""
        return str(self.submission.receipt.get("customer", self.submission.account.customer.name))

    @property
    def customer_code(self) -> str:
        """ЄДРПОУ or РНОКПП of the customer on that day."""
        return str(self.submission.receipt.get("code", self.submission.account.customer.code))

    @property
    def branch(self) -> str:
        """The branch as named on that day."""
        return str(self.submission.receipt.get("branch", self.submission.account.branch.name))

    @property
    def sender(self) -> str:
        """Who sent the readings."""
        return self.submission.sender or _("not known")

    @property
    def channel(self) -> str:
        """Through what door they came."""
        return channel_name(self.submission)

    @property
    def rows(self) -> list[ReceiptRow]:
        """The readings of this part, with the steps of their volumes."""
        first = (self.part - 1) * ROWS_OF_PART
        return receipt_rows(self.submission, self.receipt.readings[first : first + ROWS_OF_PART])

    @property
    def parts(self) -> int:
        """In how many parts the PDF comes."""
        return -(-len(self.receipt.readings) // ROWS_OF_PART)

    @property
    def part_numbers(self) -> range:
        """The numbers of the parts."""
        return range(1, self.parts + 1)

    @property
    def read_on(self) -> date | None:
        """«Дата зняття» of all readings; None where they differ."""
        days = {one.read_on for one in self.receipt.readings}
        return days.pop() if len(days) == 1 else None

    @property
    def check_address(self) -> str:
        """The public page on which anybody checks the receipt."""
        return check_address(self.submission.uuid)

    @property
    def qr(self) -> QrPicture:
        """The code of that address for a page."""
        return qr_picture(segno.make(self.check_address, error="m"))

    @property
    def qr_image(self) -> str:
        """The code of that address for the PDF, as a `data:` address."""
        return qr_image(segno.make(self.check_address, error="m"))


def receipt_rows(submission: ReadingSubmission, readings: Sequence[Reading]) -> list[ReceiptRow]:
    """Rows of some of a receipt's readings."""
    names = submission.receipt.get("points", {})
    return [
        ReceiptRow(row, str(names.get(point.code, point.name)))
        for row in history_rows(readings)
        for point in (row.reading.register.meter.point,)
    ]


def channel_name(submission: ReadingSubmission) -> str:
    """The door of a submission in the reader's language."""
    return {
        ReadingSource.CABINET: _("customer cabinet, form of a metering point"),
        ReadingSource.SHEET: _("customer cabinet, reading sheet"),
        ReadingSource.WORKBOOK: _("customer cabinet, XLSX workbook"),
        ReadingSource.STAFF: _("employee of the branch on behalf of the consumer"),
    }[ReadingSource(submission.source)]


def receipt_pdf(document: ReceiptDocument) -> bytes:
    """The receipt as PDF, in Ukrainian. Raises PdfFailed."""
    with translation.override(DOCUMENT_LANGUAGE):
        return pdf_renderer().render(TEMPLATE, {"document": document})


def file_name(document: ReceiptDocument) -> str:
    """The name under which a customer saves the PDF, in Ukrainian, fit for every file system."""
    submission = document.submission
    with translation.override(DOCUMENT_LANGUAGE):
        name = _("Receipt of readings %(number)s, account %(account)s") % {
            "number": submission.number,
            "account": submission.account.number,
        }
    part = f" ({document.part}-{document.parts})" if document.parts > 1 else ""
    return f"{_NOT_IN_NAMES.sub('-', name).strip()}{part}.pdf"
