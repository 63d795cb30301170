"""The exchange's part of `manage.py cabinet_doctor`."""

from django.urls import NoReverseMatch, reverse
from wagtail import hooks

from cabinet_pages.doctor import Topic, named
from imports.engine.leases import dead_batches, unfinished
from imports.engine.registry import installed_formats
from imports.engine.stops import Stop
from imports.models import PushToken
from imports.resources.base import KindResource


def import_topics() -> list[Topic]:
    """Kinds of files, formats and stops, ours and a stranger's, in the order they are asked in; doors and work."""
    # Asked of the hooks themselves: by name, a second one of a kind would already have taken the first one's place.
    kinds: list[type[KindResource]] = [hook() for hook in hooks.get_hooks("register_import_kind")]
    stops: list[Stop] = [hook() for hook in hooks.get_hooks("register_import_stop")]
    formats = sorted(installed_formats(), key=lambda one: one.rank)
    return [
        named("Import kinds", ((kind.kind, kind) for kind in kinds)),
        named("Import formats", ((one.name, one) for one in formats)),
        named("Import stops", ((stop.code, stop) for stop in stops)),
        _push(),
        _work(),
    ]


def _push() -> Topic:
    """Whether 1C can push, and for whom."""
    title = "Push from 1C"
    tokens = PushToken.objects.filter(revoked_at__isnull=True).count()
    try:
        address = reverse("imports_push", args=["payments"])
    except NoReverseMatch:
        missing = 'the URLconf has no address for it: add path("", include("imports.urls"))'
        return Topic(title, (f"tokens: {tokens}",), (missing,) if tokens else ())
    return Topic(title, (f"address: {address}", f"tokens: {tokens}"))


def _work() -> Topic:
    """Imports that wait for a worker, and those whose worker died."""
    dead = len(dead_batches())
    problem = f"{dead} imports are silent: start the task worker, or run manage.py resume_imports --here"
    return Topic("Imports at work", (f"unfinished: {unfinished().count()}",), (problem,) if dead else ())
