"""What is plugged in: formats and kinds, found through Wagtail's hooks like any `wagtail_hooks.py`."""

from collections.abc import Mapping

from wagtail import hooks

from imports.formats import Format
from imports.resources.base import KindResource


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
