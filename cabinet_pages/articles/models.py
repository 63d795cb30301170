"""Article (стаття реалізації): what a sum is charged or paid for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cabinet_pages.quantities.folding import fold_name


class Article(models.Model):
    """One row of the dictionary of articles; an article first met in a file is added inactive and reported."""

    wagtail_reference_index_ignore = True

    name = models.CharField(_("name"), max_length=160)
    # The name folded for comparison: exports of 1C vary in letter case, spaces and look-alike letters.
    key = models.CharField(max_length=160, unique=True, editable=False)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    carries_vat = models.BooleanField(_("carries VAT"), default=True)
    is_known = models.BooleanField(
        _("known"),
        default=True,
        help_text=_("Unticked: met in a file, not yet confirmed by the central office."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep the comparison key in step with the name."""
        self.key = fold_name(self.name)


class ArticleSynonym(models.Model):
    """Another name of an article in exports; the key is folded as the article's own."""

    wagtail_reference_index_ignore = True

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="synonyms")
    key = models.CharField(max_length=160, unique=True)

    class Meta:
        verbose_name = _("synonym of an article")
        verbose_name_plural = _("synonyms of articles")

    def __str__(self) -> str:
        return self.key
