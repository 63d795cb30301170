"""What a promotion brings is announced: a few queries for a file of any size, and one where nobody could be told."""

from datetime import timedelta

from django.utils import timezone

from cabinet_pages.access.announcing import Item, announce, has_listeners, listened_accounts, listeners
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from imports.engine.stage import new_rows
from imports.models import ImportBatch
from imports.resources.base import KindResource
from imports.resources.staged import staged_text


def announce_news(batch: ImportBatch, resource: KindResource) -> int:
    """Write messages about the new rows of a batch into the outbox, one for each person and channel.

    They wait, so that an undone batch announces nothing. Neither do an initial load and rows that are dated long ago.

    Returns:
        how many messages were written.
    """
    event = resource.event
    if not event or not batch.new or batch.initial_load or not has_listeners(event, batch.branch_id):
        return 0
    oldest = kyiv_today() - timedelta(days=cabinet_settings.IMPORT_MAIL_MAX_AGE)
    rows = resource.news_rows(new_rows(batch), listened_accounts(event)).annotate(
        news_on=staged_text(resource.date_column),
        **{f"news_{name}": staged_text(name) for name in resource.news_values},
    )
    found = rows.filter(news_on__gte=oldest.isoformat())
    items: list[Item] = []
    names = [f"news_{name}" for name in resource.news_values]
    for account, on, *values in found.values_list("news_account", "news_on", *names):
        told = dict(zip(resource.news_values, values, strict=True))
        if (item := resource.news(told)) is not None:
            items.append({"account": account, "on": on, **item})
    if not items:
        return 0
    return announce(
        event=event,
        items=items,
        key=f"import:{batch.pk}:",
        to=listeners(event, found.order_by().values("news_account")),
        send_after=timezone.now() + timedelta(minutes=cabinet_settings.IMPORT_MAIL_DELAY),
    )
