"""The exchange's part of `manage.py cabinet_doctor`."""

from wagtail import hooks

from cabinet_pages.doctor import Topic, named
from imports.engine.registry import installed_formats
from imports.engine.stops import Stop
from imports.resources.base import KindResource


def import_topics() -> list[Topic]:
    """Kinds of files, formats and stops, ours and a stranger's, in the order in which they are asked."""
    # Asked of the hooks themselves: by name, a second one of a kind would already have taken the first one's place.
    kinds: list[type[KindResource]] = [hook() for hook in hooks.get_hooks("register_import_kind")]
    stops: list[Stop] = [hook() for hook in hooks.get_hooks("register_import_stop")]
    formats = sorted(installed_formats(), key=lambda one: one.rank)
    return [
        named("Import kinds", ((kind.kind, kind) for kind in kinds)),
        named("Import formats", ((one.name, one) for one in formats)),
        named("Import stops", ((stop.code, stop) for stop in stops)),
    ]
