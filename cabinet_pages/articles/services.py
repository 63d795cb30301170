"""Writes and the lookup of the dictionary of articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cabinet_pages.articles.models import Article, ArticleSynonym
from cabinet_pages.quantities.folding import fold_name

# Name, unit, whether it carries VAT, other names in exports. Пеня, річні and інфляційні are no supply, so no VAT.
STANDARD_ARTICLES: Final[tuple[tuple[str, str, bool, tuple[str, ...]], ...]] = (
    ("Активна електроенергія", "кВт·год", True, ("Активна енергія", "Активна е/е", "Електроенергія активна")),
    (
        "Плата за розподіл електроенергії",
        "кВт·год",
        True,
        (
            "Послуга з розподілу",
            "Послуга з розподілу електроенергії",
            "Послуги з розподілу",
            "Послуги з розподілу електроенергії",
            "Розподіл електроенергії",
            "Розподіл",
        ),
    ),
    ("Реактивна електроенергія", "кВАр·год", True, ("Реактивна енергія", "Реактивна е/е", "Перетікання реактивної")),
    ("Пеня", "", False, ("Пеня за прострочення", "Нарахована пеня")),
    ("Річні відсотки", "", False, ("3% річних", "3 % річних", "Три відсотки річних", "Річні")),
    ("Інфляційні відсотки", "", False, ("Інфляційні", "Інфляційні втрати", "Інфляційні нарахування")),
    ("Перевищення договірних величин", "", True, ("Перевищення договірної величини",)),
    ("Інше", "", True, ("Інші", "Інші послуги")),
)


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article as a row refers to it.

    Args:
        key: the comparison key of the article itself, whatever synonym the row has.
        name: the article's name.
        pk: None while the article exists only in a file.
        carries_vat: whether VAT is a sixth of its gross sums.
        is_known: whether the central office has confirmed it.
    """

    key: str
    name: str
    pk: int | None
    carries_vat: bool = True
    is_known: bool = True


class ArticleDirectory:
    """The dictionary of articles by any of their names, loaded at once: it has tens of rows."""

    def __init__(self) -> None:
        self._by_key: dict[str, ArticleRef] = {}
        self._by_pk: dict[int, ArticleRef] = {}
        for article in Article.objects.all():
            ref = ArticleRef(article.key, article.name, article.pk, article.carries_vat, article.is_known)
            self._by_key[article.key] = ref
            self._by_pk[article.pk] = ref
        for key, article_id in ArticleSynonym.objects.values_list("key", "article_id"):
            self._by_key.setdefault(key, self._by_pk[article_id])

    def __getitem__(self, key: str) -> ArticleRef:
        """The article of a comparison key; KeyError when there is none."""
        return self._by_key[key]

    def of(self, pk: int) -> ArticleRef:
        """The article of an id."""
        return self._by_pk[pk]

    def id_of(self, key: str) -> int:
        """The id of the article of a comparison key; KeyError when it is not stored."""
        pk = self._by_key[key].pk
        if pk is None:
            raise KeyError(key)
        return pk

    @property
    def ids(self) -> dict[str, int]:
        """The ids of the articles by their own comparison keys."""
        return {ref.key: pk for pk, ref in self._by_pk.items()}

    def find(self, name: str) -> ArticleRef:
        """The article that a file names; one that is not in the dictionary has no `pk` and is not known."""
        key = fold_name(name)[:160]
        return self._by_key.get(key) or ArticleRef(key, name[:160], None, is_known=False)


def ensure_articles(*, names: Mapping[str, str]) -> ArticleDirectory:
    """Add the articles that files have named and the dictionary lacks, as not known; nothing is ever dropped.

    Args:
        names: comparison key → name as the file has it.

    Returns:
        the dictionary with them.
    """
    directory = ArticleDirectory()
    missing = [key for key, name in names.items() if directory.find(name).pk is None]
    if not missing:
        return directory
    Article.objects.bulk_create(
        [Article(name=names[key][:160], key=key, is_known=False) for key in sorted(missing)],
        ignore_conflicts=True,
    )
    return ArticleDirectory()


def install_standard_articles() -> int:
    """Add the standard articles and their synonyms where they are missing; return how many articles were added."""
    added = 0
    for order, (name, unit, carries_vat, synonyms) in enumerate(STANDARD_ARTICLES, start=1):
        article, created = Article.objects.get_or_create(
            key=fold_name(name),
            defaults={"name": name, "unit": unit, "carries_vat": carries_vat, "order": order * 10},
        )
        added += created
        taken = set(Article.objects.filter(key__in=map(fold_name, synonyms)).values_list("key", flat=True))
        ArticleSynonym.objects.bulk_create(
            [
                ArticleSynonym(article=article, key=key)
                for key in dict.fromkeys(map(fold_name, synonyms))
                if key not in taken and key != article.key
            ],
            ignore_conflicts=True,
        )
    return added
