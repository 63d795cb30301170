"""Gathers the models of every subject folder for Django."""

from cabinet_pages.access.models import (
    Access,
    AccessRequest,
    ActivationCode,
    BranchOperator,
    Person,
    RequestedAccount,
)
from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.archives.models import Archive, ArchivedAccount
from cabinet_pages.articles.models import Article, ArticleSynonym
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine, IssuedInvoice
from cabinet_pages.billing.online_payments.models import (
    OnlinePayment,
    OnlinePaymentPart,
    OnlinePaymentReport,
    OnlineRefund,
)
from cabinet_pages.billing.pages import FinancePage, InvoicesPage
from cabinet_pages.billing.reconciliation.models import Appeal
from cabinet_pages.documents.models import (
    CounterSignature,
    DocumentMark,
    SignatureVerdict,
    SignedDocument,
    SpoiledFile,
)
from cabinet_pages.documents.pages import DocumentsPage
from cabinet_pages.manual.pages import ManualPage
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.metering.pages import MetersPage
from cabinet_pages.notifications.models import NotificationChoice, OutgoingMail
from cabinet_pages.overview.pages import AccountListPage, PersonalInformationPage
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.pages import PaymentsPage
from cabinet_pages.readings.models import (
    CalendarFeed,
    Reading,
    ReadingDraft,
    ReadingExport,
    ReadingSubmission,
    WindowReopening,
)
from cabinet_pages.readings.pages import ReadingsPage
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings
from cabinet_pages.windows.pages import CabinetPage, ConsumerSectionPage

__all__ = [
    "Access",
    "AccessRequest",
    "Account",
    "AccountListPage",
    "ActivationCode",
    "Appeal",
    "Archive",
    "ArchivedAccount",
    "Article",
    "ArticleSynonym",
    "Balance",
    "BankCredit",
    "Branch",
    "BranchOperator",
    "CabinetPage",
    "CalendarFeed",
    "ConsumerSectionPage",
    "CounterSignature",
    "Customer",
    "DocumentMark",
    "DocumentsPage",
    "FinancePage",
    "Invoice",
    "InvoiceLine",
    "InvoicesPage",
    "IssuedInvoice",
    "ManualPage",
    "Meter",
    "MeterRatio",
    "MeteringPoint",
    "MetersPage",
    "NotificationChoice",
    "OnlinePayment",
    "OnlinePaymentPart",
    "OnlinePaymentReport",
    "OnlineRefund",
    "OutgoingMail",
    "PayeeAccount",
    "Payment",
    "PaymentsPage",
    "Person",
    "PersonalInformationPage",
    "Reading",
    "ReadingDraft",
    "ReadingExport",
    "ReadingSubmission",
    "ReadingsPage",
    "Register",
    "RequestedAccount",
    "SignatureVerdict",
    "SignedDocument",
    "SpoiledFile",
    "UtilitySettings",
    "WindowReopening",
]
