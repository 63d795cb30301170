"""Statements that others wrote, read from beside the project; there are no such tests where the folder is absent."""

from pathlib import Path

import pytest

from cabinet_pages.payments.models import BankCredit, Payment
from tests import factories

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"

STATEMENTS = [
    ("client_bank/kilylabs_one_day_cp1251.txt", "client_bank", 13, 3, "40000.00", "40702810200000000001"),
    ("ua_bank/uabean_alfabank_business.csv", "csv", 7, 1, "39447.47", "UA11111111111111111111111111"),
    ("ua_bank/uabean_procredit_business.csv", "csv", 6, 1, "117042.75", "UA00000001"),
]
CARD = "ua_bank/uabean_privatbank.xlsx"

if (SAMPLES / CARD).exists():

    @pytest.mark.samples
    @pytest.mark.django_db
    @pytest.mark.parametrize(("name", "kind", "rows", "credits", "amount", "account"), STATEMENTS)
    def test_a_strangers_statement_is_read_counted_and_refused_whole(give, name, kind, rows, credits, amount, account):
        factories.make_branch("VIN")
        report = give("payments", (SAMPLES / name).read_bytes())
        assert (report["state"], report["exit"], report["format"]) == ("refused", 1, kind)
        assert (report["rows"], report["new"], report["rejected"]) == (rows, credits, 0)
        assert report["totals"]["amount"] == amount
        (issue,) = [one for one in report["issues"] if one["row"] is None]
        assert issue["code"] == "foreign_bank_account"
        assert account in issue["message"]
        assert not BankCredit.objects.exists()
        assert not Payment.objects.exists()

    @pytest.mark.samples
    @pytest.mark.django_db
    def test_a_statement_of_a_personal_card_is_refused_as_such(give):
        factories.make_branch("VIN")
        report = give("payments", (SAMPLES / CARD).read_bytes(), format="xlsx")
        assert (report["state"], report["exit"], report["rows"]) == ("refused", 1, 0)
        assert [(one["row"], one["code"]) for one in report["issues"]] == [(None, "personal_card_statement")]
