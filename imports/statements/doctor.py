"""What `manage.py cabinet_doctor` says of our accounts in banks."""

from django.core.exceptions import ImproperlyConfigured

from cabinet_pages.accounts.models import Branch
from cabinet_pages.articles.services import ArticleDirectory
from cabinet_pages.doctor import Topic
from imports.statements.accounts import BankAccount, bank_accounts

_TITLE = "Bank accounts"


def bank_topics() -> list[Topic]:
    """The accounts whose statements are taken, and what the settings name that is not there."""
    try:
        accounts = bank_accounts().values()
    except ImproperlyConfigured as error:
        return [Topic(_TITLE, problems=(f"WAGTAIL_CABINET_IMPORTS: {error}",))]
    articles, codes = ArticleDirectory(), set(Branch.objects.values_list("code", flat=True))
    problems = [problem for account in accounts for problem in _problems(account, articles, codes)]
    return [Topic(_TITLE, tuple(f"{one.number} {one.branch or 'all branches'}" for one in accounts), tuple(problems))]


def _problems(account: BankAccount, articles: ArticleDirectory, codes: set[str]) -> list[str]:
    problems = []
    if account.branch and account.branch not in codes:
        problems.append(f"{account.number}: there is no branch {account.branch}; run manage.py add_branch")
    names = dict.fromkeys([account.article, *(article for _, article in account.purposes)])
    problems += [
        f"{account.number}: the article «{name}» is not in the dictionary; correct its name or add it"
        for name in names
        if name and articles.find(name).pk is None
    ]
    return problems
