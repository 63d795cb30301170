"""One contender in one process of a site: `python -m bench.contenders NAME …` prints what it measured as JSON.

The site's database is empty of payments when a contender begins; the peers leave it so. The clock of each stands
around its work alone, so the start of the process is told apart by whoever runs it.
"""

import argparse
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

from bench.payments import payments
from bench.pdf import pdf
from bench.sheet import sheet

SEED = 20260101
_SOURCE = "bench"


class Stages:
    """Wall time of functions of the engine, measured where its modules call them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def watch(self, module: Any, name: str, stage: str) -> None:
        """Measure `module.name` from now on as a stage."""
        called: Callable[..., Any] = getattr(module, name)

        def measured(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return called(*args, **kwargs)
            finally:
                self.seconds[stage] += time.perf_counter() - start

        setattr(module, name, measured)


def engine(options: argparse.Namespace) -> dict[str, Any]:
    """The whole way of a file, as the command goes it: receive, prepare, promote."""
    from django.core.files import File

    from cabinet_pages.accounts.models import Branch
    from imports.engine import preparing, promoting, running
    from imports.models import ImportProfile

    stages = Stages()
    stages.watch(running, "receive", "receive")
    stages.watch(preparing, "check_rows", "read, check and stage")
    stages.watch(preparing, "compare", "compare")
    stages.watch(promoting, "write_batch", "write")
    branch = Branch.objects.get(code="BEN")
    mapping = json.loads(options.mapping)
    if mapping:
        # Headings that nobody could know were told once, by hand.
        ImportProfile.objects.update_or_create(
            branch=branch, kind=options.kind, name=_SOURCE, defaults={"mapping": mapping}
        )
    start = time.perf_counter()
    with options.file.open("rb") as stream:
        batch = running.run_import(
            kind=options.kind,
            branch=branch,
            file=File(stream),
            name=options.file.name,
            profile=_SOURCE if mapping else "",
        )
    seconds = time.perf_counter() - start
    told = dict(stages.seconds)
    told["other"] = seconds - sum(told.values())
    return {
        "seconds": seconds,
        "stages": told,
        "rows": batch.rows,
        "state": str(batch.state),
        "counts": [batch.new, batch.changed, batch.unchanged, batch.rejected],
        "error": batch.error_code,
    }


def stock(options: argparse.Namespace, *, bulk: bool = False) -> dict[str, Any]:
    """A `ModelResource` of import-export on this project's payments: explicit fields, explicit id fields."""
    import tablib
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import CachedForeignKeyWidget, DateWidget, DecimalWidget, ForeignKeyWidget, IntegerWidget

    from cabinet_pages.accounts.models import Account
    from cabinet_pages.articles.models import Article
    from cabinet_pages.payments.models import Payment

    key = ("account", "document", "paid_on", "article", "ordinal")
    lookup = CachedForeignKeyWidget if bulk else ForeignKeyWidget
    sets = {"use_bulk": True, "batch_size": 1000, "skip_diff": True} if bulk else {}

    class PaymentResource(ModelResource):  # type: ignore[misc]
        account = Field("account", "account", widget=lookup(Account, "number"))
        document = Field("document", "document")
        paid_on = Field("paid_on", "paid_on", widget=DateWidget("%d.%m.%Y"))
        article = Field("article", "article", widget=lookup(Article, "name"))
        ordinal = Field("ordinal", "ordinal", widget=IntegerWidget())
        amount = Field("amount", "amount", widget=DecimalWidget())

        Meta = type("Meta", (), {"model": Payment, "fields": (*key, "amount"), "import_id_fields": key, **sets})

    # Its number widgets read by the active language, so amounts come to it as plain decimals.
    table = tablib.Dataset(headers=[*key, "amount"])
    for one in payments(options.rows, SEED):
        amount = f"{one.kopecks // 100}.{one.kopecks % 100:02d}"
        table.append((one.account, one.document, f"{one.day:%d.%m.%Y}", one.article, "1", amount))
    start = time.perf_counter()
    result = PaymentResource().import_data(table)
    seconds = time.perf_counter() - start
    if result.has_errors() or Payment.objects.count() != options.rows:
        raise SystemExit(f"{Payment.objects.count()} payments were stored: {result.totals}")
    Payment.objects.all().delete()
    return {"seconds": seconds, "rows": options.rows}


def bare(options: argparse.Namespace) -> dict[str, Any]:
    """The database's own bulk insert of the same rows, ids resolved, into an empty copy of the payments' table."""
    from django.db import connection

    from cabinet_pages.accounts.models import Account
    from cabinet_pages.articles.models import Article

    accounts = dict(Account.objects.values_list("number", "pk"))
    articles = dict(Article.objects.values_list("name", "pk"))
    columns = (
        "account_id", "document", "paid_on", "article_id", "ordinal", "amount", "kind", "period", "payer",
        "order_number", "vat", "purpose", "withdrawn",
    )  # fmt: skip
    records = [
        (
            accounts[one.account], one.document, one.day.isoformat(), articles[one.article], 1, one.kopecks,
            "payment", None, "", "", None, "", False,
        )
        for one in payments(options.rows, SEED)
    ]  # fmt: skip
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        for statement in _copy_of_table(cursor):
            cursor.execute(statement)
    start = time.perf_counter()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY bare_payment ({names}) FROM STDIN") as copy:
            for record in records:
                copy.write_row(record)
    else:
        from django.db import transaction

        marks = ", ".join(["?"] * len(columns))
        with transaction.atomic():
            # The driver's own cursor: Django's would rewrite the marks and nothing else.
            connection.connection.executemany(f"INSERT INTO bare_payment ({names}) VALUES ({marks})", records)  # noqa: S608
    seconds = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_payment")
    return {"seconds": seconds, "rows": options.rows}


def _copy_of_table(cursor: Any) -> Iterator[str]:
    """The statements that make `bare_payment` with the columns, constraints, keys and indexes of the payments."""
    from django.db import connection

    from cabinet_pages.payments.models import Payment

    table = Payment._meta.db_table
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass "
            "AND contype = 'f'",
            [table],
        )
        keys = cursor.fetchall()
        yield f"CREATE TABLE bare_payment (LIKE {table} INCLUDING ALL)"
        for number, (_, definition) in enumerate(keys):
            yield f"ALTER TABLE bare_payment ADD CONSTRAINT bare_key_{number} {definition}"
        return
    cursor.execute(
        "SELECT sql, name FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table]
    )
    for statement, name in cursor.fetchall():
        yield (
            statement.replace(f'"{table}"', '"bare_payment"')
            .replace(f'"{name}"', f'"bare_{name}"', 1)
            .replace(f'"bare_{table}"', '"bare_payment"')
            .replace('"bare_bare_payment"', '"bare_payment"')
        )


CONTENDERS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "engine": engine,
    "stock": stock,
    "bulk": lambda options: stock(options, bulk=True),
    "bare": bare,
    "sheet": sheet,
    "pdf": pdf,
}


def main(arguments: list[str]) -> int:
    """Run one contender and print what it measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.contenders", description=__doc__)
    parser.add_argument("name", choices=sorted(CONTENDERS))
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--kind", default="payments")
    parser.add_argument("--mapping", default="{}", help="headings of the file by the names of columns, as JSON")
    options = parser.parse_args(arguments)
    django.setup()
    found = CONTENDERS[options.name](options)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**found, "peak_mb": round(peak_kb / 1024)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
