"""Every block of a content page reaches the reader."""

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from website.content.models import ContentPage
from website.home.services import PublicSite


def _page(public_site: PublicSite, *blocks: tuple[str, object]) -> ContentPage:
    page: ContentPage = public_site.about.add_child(
        instance=ContentPage(
            title="Тарифи",
            slug="tariffs",
            intro="Що скільки коштує.",
            body=[{"type": kind, "value": value} for kind, value in blocks],
        )
    )
    return page


def test_every_kind_of_block_is_shown(
    public_site: PublicSite, client: Client, asks_nothing_foreign: Callable[[HttpResponse], None]
) -> None:
    document = Document.objects.create(title="Договір", file=ContentFile(b"%PDF-1.4", name="contract.pdf"))
    image = Image.objects.create(title="Підстанція", file=get_test_image_file())
    picture = {"image": image.pk, "alt_text": "Вид підстанції", "decorative": False}
    cells = {
        "caption": "Ціни",
        "columns": [{"type": "text", "heading": "Послуга"}, {"type": "number", "heading": "Ціна"}],
        "rows": [{"values": ["Розподіл", "1,74"]}],
    }
    _page(
        public_site,
        ("heading", "Заголовок розділу"),
        ("text", "<p>Звичайний <b>текст</b></p>"),
        ("picture", {"image": picture, "caption": "Фото"}),
        ("table", {"table": cells}),
        ("notice", {"kind": "warning", "title": "Увага", "text": "<p>Обережно</p>"}),
        ("documents", {"heading": "Файли", "documents": [{"document": document.pk, "title": ""}]}),
        (
            "call_to_action",
            {"title": "Дія", "text": "", "button": "Натисніть", "link": {"page": None, "address": "/cabinet/"}},
        ),
        ("questions", {"heading": "Питання", "questions": [{"question": "Чому?", "answer": "<p>Тому</p>"}]}),
    )

    response = client.get("/about/tariffs/")
    html = response.content.decode()

    assert response.status_code == 200
    for text in ("Заголовок розділу", "<b>текст</b>", "Фото", 'alt="Вид підстанції"', "1,74", "Обережно", "Договір"):
        assert text in html
    assert 'class="num"' in html
    assert "notice--warning" in html
    assert f"/documents/{document.pk}/" in html
    assert '<a class="button" href="/cabinet/">Натисніть</a>' in html
    assert "<summary>Чому?</summary>" in html
    asks_nothing_foreign(response)


def test_a_page_shows_the_way_to_it_and_the_pages_below_it(public_site: PublicSite, client: Client) -> None:
    _page(public_site)

    child = client.get("/about/tariffs/")
    parent = client.get("/about/")

    assert [step["title"] for step in child.context["trail"]] == ["Головна", "Про компанію", "Тарифи"]
    assert [page["title"] for page in parent.context["subpages"]] == ["Тарифи"]
    assert "Що скільки коштує." in parent.content.decode()


def test_a_link_to_a_page_that_is_gone_leaves_no_button(public_site: PublicSite, client: Client) -> None:
    _page(
        public_site,
        (
            "call_to_action",
            {"title": "Дія", "text": "", "button": "Натисніть", "link": {"page": 999_999, "address": ""}},
        ),
    )

    assert "Натисніть" not in client.get("/about/tariffs/").content.decode()
