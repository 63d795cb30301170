"""Forms of the import desk."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.queries import branches_for, works_for_all_branches
from cabinet_pages.accounts.models import Branch
from imports.engine import installed_kinds
from imports.engine.sources import find_source
from imports.queries import sources_for
from imports.staff.declarations import DeclarationsForm
from imports.staff.stops import StopsForm

ALL_BRANCHES = "ALL"
_CHOOSE = {
    "kind": gettext_lazy("Nothing was sent yet: choose from the list what is in the file."),
    "branch": gettext_lazy("Nothing was sent yet: choose one of your branches from the list."),
    "file": gettext_lazy("Nothing was sent yet: choose a file."),
}


class UploadForm(DeclarationsForm):
    """A file, what is in it and whose it is; branches are the employee's own."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in the file"))
    branch = forms.ChoiceField(label=gettext_lazy("Branch"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "As it was exported: CSV or TXT, XLSX, XLS, XLSB, ODS, DBF, HTML or XML; for payments also "
            "1CClientBankExchange, CommerceML 2, camt.053 and bank statements; for documents a ZIP."
        ),
        allow_empty_file=True,
        max_length=255,
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("Source"),
        required=False,
        help_text=gettext_lazy("Only where the columns of such files have been mapped by hand before."),
    )
    as_of = forms.DateTimeField(
        label=gettext_lazy("As of"),
        required=False,
        help_text=gettext_lazy("Only where the file itself does not say it; otherwise the time of receipt."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y"],
    )
    field_order = ["kind", "branch", "file", "profile", "as_of"]
    # A repeated click finds the batch it already made.
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = {branch.code: branch for branch in branches_for(user).order_by("name")}
        choices = [(code, branch.name) for code, branch in self.branches.items()]
        if works_for_all_branches(user):
            choices.insert(0, (ALL_BRANCHES, _("All branches, named in the file")))
        self.fields["branch"].choices = choices if len(choices) == 1 else [("", "—"), *choices]  # type: ignore[attr-defined]
        titles = {kind: str(resource.title or kind) for kind, resource in installed_kinds().items()}
        self.fields["kind"].choices = [("", "—"), *titles.items()]  # type: ignore[attr-defined]
        sources = [(one.name, f"{one.name} ({titles.get(one.kind, one.kind)})") for one in sources_for(user)]
        self.fields["profile"].choices = [("", "—"), *dict(sources).items()]  # type: ignore[attr-defined]
        if not sources:
            del self.fields["profile"]
        self.fields["token"].initial = uuid4()
        for name, sentence in _CHOOSE.items():
            errors = self.fields[name].error_messages
            errors["required"] = errors["invalid_choice"] = sentence
        # A browser of old, or a program, sent the name of the file and not the file.
        self.fields["file"].error_messages["missing"] = self.fields["file"].error_messages["required"]

    def clean_as_of(self) -> datetime | None:
        """Refuse a moment that has not come: it would hide a changed account from its new owner."""
        moment: datetime | None = self.cleaned_data["as_of"]
        if moment is not None and moment > timezone.now():
            raise forms.ValidationError(_("A file cannot speak of the future: enter a moment that has passed."))
        return moment

    def clean_file(self) -> Any:
        """Refuse several files at once: all but the last would be lost, without a word."""
        given = len(self.files.getlist("file"))
        if given > 1:
            raise forms.ValidationError(
                _("%(number)s files were sent, and none was taken: give them one at a time."), params={"number": given}
            )
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        """Refuse a source of another kind or branch: its mapping would not be used, without a word."""
        # Nobody can correct a hidden field; a new token does as well.
        self.errors.pop("token", None)
        cleaned = super().clean()
        name = cleaned.get("profile", "")
        if name and cleaned.get("kind") and cleaned.get("branch"):
            found = find_source(kind=cleaned["kind"], branch=self.chosen_branch, name=name)
            if found is None:
                self.add_error("profile", _("This source is not saved for files of this kind and branch."))
        return cleaned

    @property
    def chosen_branch(self) -> Branch | None:
        """The branch; None for a file of all branches."""
        return self.branches.get(self.cleaned_data["branch"])

    @property
    def chosen_token(self) -> UUID:
        """The form's token, a new one where a program sent none."""
        token: UUID = self.cleaned_data.get("token") or uuid4()
        return token


class ApplyForm(StopsForm):
    """The confirmation of a preview: each stop and the rejected rows have to be seen."""

    accept_rejected = forms.BooleanField(required=False, label=gettext_lazy("Take only the correct rows"))

    def __init__(self, *args: Any, rejected: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rejected:
            field = self.fields["accept_rejected"]
            field.required = True
            field.error_messages["required"] = _(
                "The file has rows with errors. Tick the box to take only the correct rows, or correct the file."
            )
