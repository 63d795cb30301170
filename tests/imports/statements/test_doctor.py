"""What the doctor says of the accounts in banks."""

import pytest

from cabinet_pages.articles.services import install_standard_articles
from cabinet_pages.doctor import topics
from tests.imports.statements.files import OWN

pytestmark = pytest.mark.django_db


def told():
    return next(topic for topic in topics() if topic.title == "Bank accounts")


def test_accounts_in_order_are_listed(ours):
    topic = told()
    assert (len(topic.lines), topic.problems) == (2, ())


@pytest.mark.parametrize(
    ("account", "problem"),
    [
        ({"branch": "XXX"}, "there is no branch XXX"),
        ({"article": "Активна електроенергияя"}, "«Активна електроенергияя» is not in the dictionary"),
        ({"purposes": [("(", "Пеня")]}, "pairs of pattern and article"),
    ],
)
def test_what_the_settings_name_and_nobody_has_is_a_problem(settings, account, problem):
    install_standard_articles()
    settings.WAGTAIL_CABINET_IMPORTS = {"BANK_ACCOUNTS": {OWN: account}}
    (found,) = told().problems
    assert problem in found
    assert OWN in found
