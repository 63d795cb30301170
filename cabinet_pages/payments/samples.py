"""Made-up payments for previews in the page editor; nothing of it is saved."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import Payment
from cabinet_pages.payments.queries import ArticleTotal, PaymentTotals


def sample_payments() -> tuple[list[Payment], PaymentTotals]:
    """Two payments and a return, with their total."""
    article = Article(name=_("Sample article"))
    amounts = [Decimal("10000.00"), Decimal("10000.00"), Decimal("-500.00")]
    payments = [
        Payment(paid_on=date(2020, 1, 8 + number), article=article, amount=amount)
        for number, amount in enumerate(amounts)
    ]
    return payments, PaymentTotals([ArticleTotal(article=article.name, count=3, amount=Decimal("19500.00"))])
