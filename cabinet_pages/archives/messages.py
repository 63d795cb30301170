"""Why an archive is not begun, or was not made, and the sentence a person reads."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cabinet_pages.archives.models import Archive


class ArchiveRefused(Exception):
    """Nothing was begun; `code` and `params` say why.

    Args:
        code: as `sentence` takes it.
        params: what the sentence names.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return sentence(self.code, self.params)


_SENTENCES = {
    # Why it is not begun.
    "nothing": gettext_lazy("There is nothing to put into an archive: change the filter."),
    "running": gettext_lazy(
        "Another archive of yours is being put together. Wait until it is ready, then press again."
    ),
    "too_often": gettext_lazy("Too many archives were ordered in a short time. Try again in an hour."),
    # Why it was not made.
    "access_closed": gettext_lazy("An account of this archive is no longer open to you. Make a new one from the list."),
    "nothing_left": gettext_lazy("Nothing of what was chosen is there any more. Make a new archive from the list."),
    "unavailable": gettext_lazy("“%(name)s” cannot be given at the moment. Try again, or tell the call centre."),
    "storage": gettext_lazy("The files could not be read or written. Try again, or tell the call centre."),
    "too_large": gettext_lazy("The files take more than %(limit)s MB. Choose a shorter period or another filter."),
    "gave_up": gettext_lazy("The archive was begun %(attempts)s times and never finished. Tell the call centre."),
    "kind_gone": gettext_lazy("Archives of this kind are no longer made."),
}


def sentence(code: str, params: Mapping[str, object]) -> str:
    """The sentence of a refusal or a failure in the active language."""
    if code == "too_many" and isinstance(count := params.get("count"), int):
        chosen = ngettext("%(count)d file is chosen.", "%(count)d files are chosen.", count) % {"count": count}
        limit = _("An archive takes at most %(limit)s: choose a shorter period or another filter.") % params
        return f"{chosen} {limit}"
    return str(_SENTENCES[code]) % params


def why_not_made(archive: Archive) -> str:
    """Why an archive failed, in the active language; '' for any other."""
    return sentence(archive.error_code, archive.error_params) if archive.error_code else ""
