"""What is plugged in: formats and kinds, found through Wagtail's hooks like any `wagtail_hooks.py`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wagtail import hooks

from imports.formats import Format
from imports.models import ImportBatch
from imports.resources.base import KindResource

if TYPE_CHECKING:
    from imports.engine.stops import Stop


class UnknownKind(KeyError):
    """No resource is registered for a kind."""


def installed_formats() -> tuple[Format, ...]:
    """Every format that a `register_import_format` hook gives."""
    return tuple(hook() for hook in hooks.get_hooks("register_import_format"))


def installed_kinds() -> Mapping[str, type[KindResource]]:
    """Kind → resource class, from the `register_import_kind` hooks in their order."""
    return {resource.kind: resource for resource in (hook() for hook in hooks.get_hooks("register_import_kind"))}


def resource_class(kind: str) -> type[KindResource]:
    """The resource of a kind. Raises UnknownKind."""
    try:
        return installed_kinds()[kind]
    except KeyError as error:
        raise UnknownKind(kind) from error


def resource_class_of(batch: ImportBatch) -> type[KindResource]:
    """The resource that has read, or undoes, a batch: that of its kind, or of another layout of it.

    Raises:
        UnknownKind: no resource is registered for its kind.
    """
    resource = resource_class(batch.kind)
    columns = set(batch.columns)
    return next((one for one in resource.layouts if one.layout_columns <= columns), resource)


def installed_stops() -> "Mapping[str, Stop]":
    """Code → what holds a file up, from the `register_import_stop` hooks in their order."""
    return {stop.code: stop for stop in (hook() for hook in hooks.get_hooks("register_import_stop"))}
