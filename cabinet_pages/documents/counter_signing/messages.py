"""Why a service did nothing with a signed file: the sentences in the reader's language."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

_SENTENCES: Final = {
    "viewer": _("With your access you can look at the account only. An owner or a submitter of it may sign documents."),
    "not_asked": _("The branch does not ask for your signature of this document."),
    "too_large": _("The file is larger than %(limit)s MB. Send the signature alone, without the document inside."),
    "empty": _("The file is empty. Sign the document again and choose the file that came out."),
    "unknown_form": _(
        "This file is not signed. Sign the document with your key, for example at czo.gov.ua/sign, and choose the file "
        "that came out: .p7s, .asice, .asics or a signed PDF."
    ),
    "broken_archive": _("The archive is damaged and cannot be opened. Save it anew and send it again."),
    "archive_unsigned": _(
        "This archive has no signature. Choose the container (.asice, .asics) that the signing program made."
    ),
    "pdf_unsigned": _("This PDF has no signature in it. Sign it with your key and choose the file that came out."),
    "document_itself": _("This is the document as the branch sent it, without your signature. Sign it and send that."),
    "branch_signature": _("This is the branch's own signature of the document. Send the file with yours."),
    "document_changed": _(
        "The branch has just replaced the document. Open it again: you are asked to sign the new file."
    ),
    "already_accepted": _("The branch has already accepted your signature of this document."),
    "same_as_returned": _("The branch has returned this very file. Read its comment and sign the document again."),
    "not_your_branch": _("You do not work for this branch."),
    "already_decided": _("Nothing waits here any more: this file is decided, or replaced by a later one."),
    "still_checked": _("The signature is being checked. Decide when the verdict is here."),
    "signature_bad": _(
        "No signature here is right for this document, so it cannot be accepted. Return it with a comment."
    ),
    "comment_to_return": _("Write why you return the file: the customer will read it."),
    "comment_to_accept": _(
        "The cabinet could not check this signature. Write where and how you checked it, and accept it then."
    ),
}


class SignedFileRefused(Exception):
    """A service did nothing; `code` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(_SENTENCES[self.code]) % self.params
