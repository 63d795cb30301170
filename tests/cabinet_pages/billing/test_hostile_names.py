"""What names and addresses of an export cannot do to the PDF of an invoice: 40 values, all of them literal text."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from cabinet_pages.billing.documents import document_of, owner_scope
from cabinet_pages.billing.invoice_pdf import invoice_pdf
from cabinet_pages.printing.rendering import ASSETS
from tests import factories
from tests.cabinet_pages.billing.payees import make_utility

pytestmark = pytest.mark.django_db

HOSTILE = [
    '<img src="file:///etc/hostname">',
    "<img src='http://169.254.169.254/latest/'>",
    "<img src=//127.0.0.1:9/a.png>",
    "<img src=data:image/png;base64,AAAA>",
    "<img src='data:image/svg+xml,<svg onload=1>'>",
    '<img src="/proc/self/environ" width=9999999>',
    '"><style>@import url(http://127.0.0.1:9/x.css);</style>',
    "<style>@font-face{src:url(file:///etc/passwd)}</style>",
    "</style><style>*{display:none}</style>",
    '<link rel="stylesheet" href="http://127.0.0.1:9/">',
    "<script>alert(1)</script>",
    "<iframe src=file:///etc/passwd></iframe>",
    "<object data='file:///etc/passwd'></object>",
    "<embed src=http://127.0.0.1:9/>",
    "<base href='http://127.0.0.1:9/'>",
    "<meta http-equiv=refresh content='0;url=//x'>",
    "<a href='javascript:alert(1)'>а</a>",
    "<svg><image href='file:///etc/hostname'/></svg>",
    "<pdf:include src='/etc/passwd'>",
    "<pdf:nextpage><pdf:nexttemplate name=x>",
    "<pdf:barcode value='1' type='qr'>",
    "<pdf:toc /><pdf:language name='../../x'>",
    "</td></tr></table><pdf:nextpage>",
    "</body></html><html><body>",
    "<!-- <![CDATA[ ]]> <!DOCTYPE x>",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "{% include '/etc/passwd' %}",
    "[[[[[[[[[[[[red]]]]]]]]]]]]",
    "rgb((((((((((((((((1,1,1",
    "&lt;b&gt; & &#1110; <b> &amp;amp;",
    "<div>" * 60,
    "<b><i><u>" * 28,
    "((" * 120,
    "x" * 255,
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "%(number)s %s %n {0} ${HOME} `id`",
    "'; DROP TABLE account; --",
    "@page { -pdf-frame-content: evil }",
]
_recorder: list[tuple[str, str]] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _recorder is not None and event in {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"}:
        _recorder.append((event, str(arguments[0] if event != "socket.connect" else arguments[1])))


sys.addaudithook(_listen)


@contextmanager
def recorded() -> Iterator[list[tuple[str, str]]]:
    """Yield what is opened and connected to meanwhile, in this process."""
    global _recorder
    _recorder = found = []
    try:
        yield found
    finally:
        _recorder = None


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 4))
def test_hostile_values_are_literal_text_and_reach_neither_network_nor_files(first: int) -> None:
    """Four of the values at once: as the customer's name and address, the article, and the code of the point."""
    values = HOSTILE[first : first + 4]
    factories.make_site()
    utility = make_utility()
    account = factories.make_account("80-1", customer=factories.make_customer(values[0]), legal_address=values[1])
    article = factories.make_article(values[2][:160])
    invoice = factories.make_invoice(account, article=article)
    invoice.lines.update(point_code=values[3][:60])
    document = document_of(utility, owner_scope(account), invoice)
    with translation.override("uk"):
        # The first document of a process loads fonts, templates and catalogues.
        invoice_pdf(document)
        with recorded() as found:
            content = invoice_pdf(document)
    assert [one for one in found if one[0] != "open"] == []
    outside = {path for _, path in found if not path.startswith(str(ASSETS)) and not path.isdigit()}
    assert outside == set()
    text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
    for value, shown in zip(values, (255, 255, 160, 60), strict=True):
        assert "".join(value[:shown].split()) in text, value


def test_the_recorder_sees_what_it_is_there_for(tmp_path: Any) -> None:
    (tmp_path / "x").write_text("x")
    with recorded() as found:
        (tmp_path / "x").read_text()
    assert ("open", str(tmp_path / "x")) in found


def test_there_are_forty_of_them() -> None:
    assert len(set(HOSTILE)) == 40
