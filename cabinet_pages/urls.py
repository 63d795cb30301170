"""Addresses of the cabinet that are no pages; include them before Wagtail's admin and page addresses.

The gate stands at `admin/login/`: a site whose admin is elsewhere puts `staff_gate` above it there. Wagtail's own login
for private pages is closed in the same way, because it counts no tries and asks for no second factor.
allauth's addresses (`allauth.urls`) are the site's own to include.
"""

from django.urls import path, re_path
from wagtail.views import serve

from cabinet_pages.access import views as access
from cabinet_pages.archives import views as archives
from cabinet_pages.billing import views as billing
from cabinet_pages.billing.online_payments import views as online_payments
from cabinet_pages.readings.receipts import views as receipts
from cabinet_pages.readings.reminders import views as reminders
from cabinet_pages.windows import views as windows

# Wagtail's own pattern lets through letters, digits, `_` and `-` only, and an account number may have a dot or a slash
# (shown as `~`). It stands below the cabinet, its section and a window, so files of other addresses are not caught.
ACCOUNT_ADDRESS = r"^((?:[\w\-]+/){3,}[\w\-]*[.~][\w\-.~]*/(?:[\w\-]+/)*)$"

urlpatterns = [
    path("admin/login/", access.staff_gate, name="cabinet_staff_gate"),
    path("_util/login/", access.page_login, name="cabinet_page_login"),
    path("my/", windows.landing, name="cabinet_landing"),
    path("my/activation/", windows.activation, name="cabinet_activation"),
    path("my/profile/", access.profile, name="cabinet_profile"),
    path("my/language/", access.set_language, name="cabinet_set_language"),
    path("my/activation-link/", access.resend_verification, name="cabinet_resend_verification"),
    path("my/access/<str:number>/", access.account_access, name="cabinet_access"),
    path("my/invoices/<uuid:uuid>/pdf/", billing.invoice_file, name="cabinet_invoice_pdf"),
    path("my/archives/", archives.archives, name="cabinet_archives"),
    path("my/archives/<uuid:uuid>/", archives.archive, name="cabinet_archive"),
    path("my/archives/<uuid:uuid>/status/", archives.archive_status, name="cabinet_archive_status"),
    path("my/archives/<uuid:uuid>/file/", archives.archive_file, name="cabinet_archive_file"),
    path("my/receipts/<uuid:uuid>/", receipts.receipt, name="cabinet_receipt"),
    path("my/calendar/", reminders.calendar_page, name="cabinet_calendar_page"),
    path("my/calendar/<str:token>.ics", reminders.calendar, name="cabinet_calendar"),
    path("payments/report/", online_payments.payment_report, name="cabinet_payment_report"),
    path("readings/check/<uuid:uuid>/", receipts.check, name="cabinet_reading_check"),
    re_path(ACCOUNT_ADDRESS, serve, name="cabinet_account_address"),
]
