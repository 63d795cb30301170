"""Every screen that `make shots` pictures. A new screen is one line: a name, an address, and who looks at it."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page

CUSTOMER = "customer@demo.example"
BIG = "big@demo.example"
NEWCOMER = "newcomer@demo.example"
OPERATOR = "operator.vin@demo.example"
CENTRAL = "central@demo.example"
EDITOR = "editor@demo.example"
ADMIN = "admin@demo.example"
ACCOUNT = "80-431930"
PAYMENTS = f"/cabinet/legal/payments/{ACCOUNT}/"
FINANCE = f"/cabinet/legal/finance/{ACCOUNT}/"


@dataclass(frozen=True)
class Screen:
    """One picture.

    Attributes:
        name: `group/name`, the path of the picture under var/shots/.
        path: the address, from the slash.
        person: the demo login that looks, or nobody.
        status: the HTTP status the address answers with.
        act: what to do on the page before the picture, such as opening a list or sending a form.
    """

    name: str
    path: str
    person: str = ""
    status: int = 200
    act: Callable[[Page], object] | None = None


def press(label: str) -> Callable[[Page], object]:
    """Return an act that presses a button or follows a link by its label."""

    def act(page: Page) -> None:
        target = page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first
        target.click()
        page.wait_for_load_state()

    return act


def follow(selector: str) -> Callable[[Page], object]:
    """Return an act that follows the first link a selector finds."""

    def act(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def both(*acts: Callable[[Page], object]) -> Callable[[Page], object]:
    """Return an act that does several in their order."""

    def act(page: Page) -> None:
        for one in acts:
            one(page)

    return act


def calculate(page: Page) -> None:
    """Type a reading that is far from the last one, and press the first «Зберегти»."""
    for field in page.locator("input[name^=value_]").all():
        field.fill("12345,5")
    page.get_by_role("button", name="Зберегти").click()
    page.wait_for_load_state()


def calculate_for_customer(page: Page) -> None:
    """Say how the readings came, and press the first «Зберегти»."""
    page.get_by_label("Як надійшли покази").fill("телефоном від О. Галаган, головного енергетика")
    for field in page.locator("input[name^=value_]").all():
        field.fill("92345,5")
    page.get_by_role("button", name="Зберегти").click()
    page.wait_for_load_state()


def review_unusual(page: Page) -> None:
    """Enter a reading that is far from the last one, where none was entered yet, and look at the list to review."""
    enter = page.get_by_role("link", name="Внести", exact=True)
    if enter.count() > 1:
        enter.first.click()
        calculate_for_customer(page)
        page.get_by_label("Причина").fill("Цех працював у дві зміни")
        page.locator("input[name=confirmed]").check()
        page.get_by_role("button", name="Зберегти").click()
        page.wait_for_load_state()
    page.goto(f"{STAFF}/reading/review/")


def send_reading(page: Page) -> None:
    """Type a new reading of the point on the screen, and save it twice; ends on its receipt."""
    value = f"{13_000 + int(time.time() * 10) % 8_000},5"
    for field in page.locator("input[name^=value_]").all():
        field.fill(value)
    page.get_by_role("button", name="Зберегти").click()
    page.wait_for_load_state()
    for reason in page.locator("input[name=reason], textarea[name=reason]").all():
        reason.fill("Перевірено на лічильнику")
    for tick in page.locator("main input[type=checkbox]").all():
        tick.check()
    page.get_by_role("button", name="Зберегти").click()
    page.wait_for_url("**/receipts/**")


def correct_reading(page: Page) -> None:
    """Send a reading and another in its place; ends on the receipt of the first."""
    entry = page.url
    send_reading(page)
    first = page.url
    page.goto(entry)
    send_reading(page)
    page.goto(first)


def fill_sheet(page: Page) -> None:
    """Type two readings, one that is less than the last, and one that is no number into the reading sheet."""
    for field, text in zip(page.locator("input[name^=value_]").all(), ("99 999,5", "99998", "1", "12а"), strict=False):
        field.fill(text)


def show(selector: str) -> Callable[[Page], object]:
    """Return an act that brings a part of a long page into sight."""

    def act(page: Page) -> None:
        page.locator(selector).first.evaluate("element => element.scrollIntoView()")

    return act


def upload_workbook(page: Page) -> None:
    """Download the workbook of the sheet, fill it in with a few mistakes, and upload it."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Завантажити відомість (XLSX)").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    sheet = book.worksheets[0]
    heading = next(row[1].row for row in sheet.iter_rows() if row[1].value == "Особовий рахунок")
    columns = {cell.value: place for place, cell in enumerate(sheet[heading], 1)}
    values = ("12345,5", "багато", "1", 99999999)
    for number in range(heading + 1, sheet.max_row + 1):
        sheet.cell(number, columns["Показання"]).value = values[(number - heading - 1) % len(values)]
    sheet.cell(heading + 1, columns["Дата зняття"]).value = "учора"
    stream = io.BytesIO()
    book.save(stream)
    content: FilePayload = {"name": "відомість.xlsx", "mimeType": "application/zip", "buffer": stream.getvalue()}
    page.locator("#workbook-file").set_input_files(content)
    page.get_by_role("button", name="Перевірити файл").click()
    page.wait_for_load_state()


STAFF = "/admin/cabinet_pages"
UPLOAD = "/admin/imports/importbatch/create/"
_LONG = (
    "Оплата за розподіл електричної енергії за договором № 80-431930/2026 від 01.01.2026, у тому числі ПДВ 20 %. " * 3
)
PREVIEWED = f"""Особовий рахунок;Документ;Дата платежу;Сума платежу;Стаття реалізації;Платник;Призначення
{ACCOUNT};Д-1;08.01.2026;100,50;Активна електроенергія;ТОВ «Агробуд-В»;{_LONG}
{ACCOUNT};Д-2;09.01.2026;-2,00;Нова стаття з довгою назвою, якої в довіднику ще немає;ТОВ «Агробуд-В»;повернення
{ACCOUNT};Д-3;32.01.2026;1,00;Пеня;ТОВ «Агробуд-В»;дата помилкова
00-000000;Д-4;10.01.2026;1,2,3;Пеня;Товариство-з-дуже-довгою-назвою-без-жодного-пробілу-у-ній;чужий рахунок
"""
STRANGE = f"""Реєстр оплат за січень 2026
Номер споживача у програмі;Коли;За що;Гривень;Хто сплатив
{ACCOUNT};08.01.2026;Пеня;100,50;ТОВ «Агробуд-В»
{ACCOUNT};09.01.2026;Активна електроенергія;1 200,00;Товариство з обмеженою відповідальністю «Приклад»
"""


def upload(text: str, kind: str = "payments", *, wait: bool = True) -> Callable[[Page], object]:
    """Return an act that gives a file to the import desk and waits for the worker's answer."""

    def act(page: Page) -> None:
        page.get_by_label("Що у файлі").select_option(kind)
        branch = page.locator("#id_branch")
        if not branch.input_value():
            branch.select_option(index=1)
        content: FilePayload = {
            "name": "оплати-січень-2026.csv",
            "mimeType": "text/csv",
            "buffer": text.encode("cp1251"),
        }
        page.locator("#id_file").set_input_files(content)
        page.get_by_role("button", name="Перевірити файл").click()
        page.wait_for_load_state()
        for _ in range(40 if wait else 0):
            if not page.locator("[data-import-status]").count():
                break
            page.wait_for_timeout(500)
            page.reload()

    return act


SCREENS: tuple[Screen, ...] = (
    Screen("public/home", "/"),
    Screen("public/about", "/about/"),
    Screen("public/business", "/business/"),
    Screen("public/contacts", "/contacts/"),
    Screen("public/questions", "/questions/"),
    Screen("public/consent", "/consent/"),
    Screen("public/search", "/search/?query=електро"),
    Screen("public/search-nothing", "/search/?query=жираф"),
    Screen("public/not-found", "/there-is-no-such-page/", status=404),
    Screen("access/login", "/accounts/login/"),
    Screen("access/registration", "/accounts/signup/"),
    Screen("access/password-reset", "/accounts/password/reset/"),
    Screen("access/login-wrong", "/accounts/login/", act=press("Увійти")),
    Screen("access/registration-empty", "/accounts/signup/", act=press("Реєстрація")),
    Screen("access/password-change", "/accounts/password/change/", CUSTOMER),
    Screen("access/profile", "/my/profile/", CUSTOMER),
    Screen("access/calendar", "/my/calendar/", CUSTOMER, act=follow("button[value=create]")),
    Screen("access/account", f"/my/access/{ACCOUNT}/", CUSTOMER),
    Screen("access/activation", "/my/activation/", NEWCOMER),
    Screen("demo/mails", "/demo/mail/"),
    Screen("cabinet/sections", "/cabinet/", CUSTOMER),
    Screen("cabinet/accounts", "/cabinet/legal/accounts/", CUSTOMER),
    Screen("cabinet/personal", f"/cabinet/legal/personal/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/finance", f"/cabinet/legal/finance/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/invoices", f"/cabinet/legal/invoices/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/readings", f"/cabinet/legal/readings/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/meters", f"/cabinet/legal/meters/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/documents", f"/cabinet/legal/documents/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/payments", f"/cabinet/legal/payments/{ACCOUNT}/", CUSTOMER),
    Screen("cabinet/payments-manual", f"{PAYMENTS}?from_date=2020-01-01&to_date=2020-02-20", CUSTOMER),
    Screen(
        "cabinet/finance-manual", f"/cabinet/legal/finance/{ACCOUNT}/?from_month=2020-01&to_month=2020-02", CUSTOMER
    ),
    Screen("cabinet/act", f"{FINANCE}act/?first=2020-01-01&last=2020-02-29", CUSTOMER),
    Screen(
        "cabinet/act-appeal",
        f"{FINANCE}act/?first=2020-01-01&last=2020-02-29",
        CUSTOMER,
        act=follow("main tbody .button"),
    ),
    Screen("cabinet/appeals", f"{FINANCE}appeals/", CUSTOMER),
    Screen("cabinet/invoice", f"/cabinet/legal/invoices/{ACCOUNT}/", CUSTOMER, act=follow("main tbody a")),
    Screen("cabinet/reading-points", f"/cabinet/legal/readings/{ACCOUNT}/points/", CUSTOMER),
    Screen("cabinet/reading-entry", f"/cabinet/legal/readings/{ACCOUNT}/points/", CUSTOMER, act=follow("main tbody a")),
    Screen(
        "cabinet/reading-volumes",
        f"/cabinet/legal/readings/{ACCOUNT}/points/",
        CUSTOMER,
        act=both(follow("main tbody a"), calculate),
    ),
    Screen(
        "cabinet/receipt",
        f"/cabinet/legal/readings/{ACCOUNT}/points/",
        CUSTOMER,
        act=both(follow("main tbody a"), send_reading),
    ),
    Screen(
        "cabinet/receipt-replaced",
        f"/cabinet/legal/readings/{ACCOUNT}/points/",
        CUSTOMER,
        act=both(follow("main tbody a"), correct_reading),
    ),
    Screen(
        "cabinet/receipt-check-replaced",
        f"/cabinet/legal/readings/{ACCOUNT}/points/",
        CUSTOMER,
        act=both(follow("main tbody a"), correct_reading, press("Перевірити квитанцію")),
    ),
    Screen(
        "cabinet/receipt-check",
        f"/cabinet/legal/readings/{ACCOUNT}/receipts/",
        CUSTOMER,
        act=both(follow("main tbody a"), press("Перевірити квитанцію")),
    ),
    Screen("cabinet/receipts", f"/cabinet/legal/readings/{ACCOUNT}/receipts/", CUSTOMER),
    Screen("cabinet/receipt-absent", "/readings/check/00000000-0000-4000-8000-000000000000/", status=404),
    Screen("cabinet/reading-history", f"/cabinet/legal/readings/{ACCOUNT}/", CUSTOMER, act=show("#history")),
    Screen("cabinet/verification", "/cabinet/legal/meters/all/verification/", BIG),
    Screen("cabinet/sheet", f"/cabinet/legal/readings/{ACCOUNT}/sheet/", CUSTOMER, act=fill_sheet),
    Screen("cabinet/sheet-big", "/cabinet/legal/readings/80-500500/sheet/?site=Об'єкт 02", BIG),
    Screen("cabinet/sheet-workbook", f"/cabinet/legal/readings/{ACCOUNT}/sheet/workbook/upload/", CUSTOMER),
    Screen(
        "cabinet/sheet-workbook-verdict",
        f"/cabinet/legal/readings/{ACCOUNT}/sheet/workbook/upload/",
        CUSTOMER,
        act=upload_workbook,
    ),
    Screen("cabinet/sheet-all", "/cabinet/legal/readings/all/sheet/", CUSTOMER),
    Screen(
        "cabinet/sheet-calculation",
        f"/cabinet/legal/readings/{ACCOUNT}/sheet/",
        CUSTOMER,
        act=both(fill_sheet, press("Зберегти")),
    ),
    Screen("cabinet/reading-points-big", "/cabinet/legal/readings/80-500500/points/", BIG),
    Screen("cabinet/meters-big", "/cabinet/legal/meters/80-500500/", BIG),
    Screen("cabinet/volumes", f"/cabinet/legal/readings/{ACCOUNT}/history/", CUSTOMER),
    Screen("cabinet/volumes-big", "/cabinet/legal/readings/80-500500/history/", BIG),
    Screen("cabinet/volumes-site", "/cabinet/legal/readings/80-500500/history/?site=Об'єкт 01", BIG),
    Screen(
        "cabinet/volumes-point",
        f"/cabinet/legal/readings/{ACCOUNT}/",
        CUSTOMER,
        act=follow("#history ~ .table-region tbody a"),
    ),
    Screen("cabinet/overview", f"/cabinet/legal/readings/{ACCOUNT}/overview/", CUSTOMER),
    Screen("cabinet/overview-big", "/cabinet/legal/readings/80-500500/overview/", BIG),
    Screen("cabinet/overview-reactive", f"/cabinet/legal/readings/{ACCOUNT}/overview/?show=reactive", CUSTOMER),
    Screen("cabinet/overview-unread", "/cabinet/legal/readings/80-500500/overview/?show=unread", BIG),
    Screen("cabinet/help", "/cabinet/legal/help/"),
    Screen("cabinet/another-request", "/cabinet/legal/request/", CUSTOMER),
    Screen("cabinet/foreign-account", "/cabinet/legal/personal/00-000000/", CUSTOMER, status=404),
    Screen("cabinet/accounts-big", "/cabinet/legal/accounts/", BIG),
    Screen("cabinet/request", "/cabinet/legal/", NEWCOMER),
    Screen("staff/home", "/admin/", OPERATOR),
    Screen("staff/desk", "/admin/imports/importbatch/", OPERATOR),
    Screen("staff/desk-upload", "/admin/imports/importbatch/create/", OPERATOR),
    Screen("staff/desk-batch", "/admin/imports/importbatch/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/import-preview", UPLOAD, OPERATOR, act=upload(PREVIEWED)),
    Screen("staff/import-mapping", UPLOAD, OPERATOR, act=both(upload(STRANGE), press("Зіставити колонки"))),
    Screen("staff/import-errors", UPLOAD, OPERATOR, act=both(upload(PREVIEWED), show("#issues"))),
    Screen("staff/import-differences", UPLOAD, OPERATOR, act=both(upload(PREVIEWED), show("#differences"))),
    Screen(
        "staff/import-columns",
        UPLOAD,
        OPERATOR,
        act=both(upload(STRANGE), press("Зіставити колонки"), show(".staff-mapping__columns")),
    ),
    Screen("staff/import-refused", UPLOAD, OPERATOR, act=upload(STRANGE)),
    Screen(
        "staff/import-undo",
        "/admin/imports/importbatch/?state=applied",
        OPERATOR,
        act=both(follow("main tbody a"), press("Скасувати імпорт")),
    ),
    Screen("staff/import-sources", "/admin/imports/importprofile/", OPERATOR),
    Screen("staff/registrations", f"{STAFF}/accessrequest/", OPERATOR),
    Screen("staff/registration", f"{STAFF}/accessrequest/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/registrations-batch", f"{STAFF}/accessrequest/batch/", OPERATOR),
    Screen("staff/window", f"{STAFF}/reading/window/", OPERATOR),
    Screen("staff/window-central", f"{STAFF}/reading/window/", CENTRAL),
    Screen("staff/review", f"{STAFF}/reading/missing/?q={ACCOUNT}", OPERATOR, act=review_unusual),
    Screen("staff/review-empty", f"{STAFF}/reading/review/?q=00-0", OPERATOR),
    Screen("staff/missing", f"{STAFF}/reading/missing/", OPERATOR),
    Screen("staff/missing-print", f"{STAFF}/reading/missing/?print=1&q={ACCOUNT}", OPERATOR),
    Screen(
        "staff/entry-points",
        f"{STAFF}/account/?q={ACCOUNT}",
        OPERATOR,
        act=both(follow("main tbody a"), press("Внести покази за споживача")),
    ),
    Screen("staff/entry", f"{STAFF}/reading/missing/?q={ACCOUNT}", OPERATOR, act=press("Внести")),
    Screen(
        "staff/entry-volumes",
        f"{STAFF}/reading/missing/?q={ACCOUNT}",
        OPERATOR,
        act=both(press("Внести"), calculate_for_customer),
    ),
    Screen("staff/reopenings", f"{STAFF}/windowreopening/", OPERATOR),
    Screen("staff/reopening", f"{STAFF}/windowreopening/create/?account={ACCOUNT}", OPERATOR),
    Screen("staff/accounts", f"{STAFF}/account/", OPERATOR),
    Screen("staff/account", f"{STAFF}/account/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/customers", f"{STAFF}/customer/", OPERATOR),
    Screen("staff/points", f"{STAFF}/meteringpoint/", OPERATOR),
    Screen("staff/point", f"{STAFF}/meteringpoint/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/meters", f"{STAFF}/meter/", OPERATOR),
    Screen("staff/meters-verification", f"{STAFF}/meter/?verification=90", OPERATOR),
    Screen("staff/readings", f"{STAFF}/reading/", OPERATOR),
    Screen("staff/invoices", f"{STAFF}/invoice/", OPERATOR),
    Screen("staff/invoice", f"{STAFF}/invoice/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/payments", f"{STAFF}/payment/", OPERATOR),
    Screen("staff/receipts", f"{STAFF}/bankcredit/", OPERATOR),
    Screen("staff/receipt", f"{STAFF}/bankcredit/", OPERATOR, act=follow("main tbody a")),
    Screen("staff/balances", f"{STAFF}/balance/", OPERATOR),
    Screen("staff/appeals", f"{STAFF}/appeal/", OPERATOR),
    Screen("staff/documents", f"{STAFF}/signeddocument/", OPERATOR),
    Screen("staff/branches", f"{STAFF}/branch/", CENTRAL),
    Screen("staff/branch", f"{STAFF}/branch/", CENTRAL, act=follow("main tbody a")),
    Screen("staff/operators", f"{STAFF}/branchoperator/", CENTRAL),
    Screen("staff/operator-add", f"{STAFF}/branchoperator/create/", CENTRAL),
    Screen("staff/articles", f"{STAFF}/article/", CENTRAL),
    Screen("staff/editor-pages", "/admin/pages/", EDITOR),
    Screen("staff/admin-home", "/admin/", ADMIN),
)
