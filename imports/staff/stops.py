"""The stops of a batch on its page: each a tick with its sentence, and the second person where two are needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from imports.engine.promoting import ask_second_person, awaits_decision
from imports.engine.registry import installed_stops
from imports.engine.stops import SECOND_PERSON, stops_of
from imports.messages import message
from imports.models import ImportBatch, RowIssue


@dataclass(frozen=True)
class ShownStop:
    """One reason that holds a batch up.

    Attributes:
        sentence: what was found.
        field: the tick that lets it pass; None where no tick does.
        is_accepted: somebody has let it pass already.
    """

    code: str
    sentence: str
    field: Any
    is_accepted: bool


class StopsForm(forms.Form):
    """One tick for each stop of a batch that can be accepted."""

    def __init__(self, *args: Any, stops: Sequence[RowIssue] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticks: dict[str, RowIssue] = {}
        known = installed_stops()
        for issue in stops:
            stop = known.get(issue.code)
            if stop is None or not stop.may_be_accepted:
                continue
            same = sum(other.code == issue.code for other in self.ticks.values())
            name = f"accept_{issue.code}" if not same else f"accept_{issue.code}_{same + 1}"
            self.ticks[name] = issue
            self.fields[name] = forms.BooleanField(
                label=stop.acknowledgement(issue.params),
                error_messages={"required": _("Tick the box if you have looked at it, or correct the file.")},
            )

    @property
    def accepted(self) -> list[str]:
        """The codes that were ticked, each once."""
        ticked = (issue.code for name, issue in self.ticks.items() if self.cleaned_data.get(name))
        return list(dict.fromkeys(ticked))


def stops_context(batch: ImportBatch, form: StopsForm, stops: Sequence[RowIssue], user: Any) -> dict[str, Any]:
    """The stops of a batch for its page.

    Args:
        form: made for the same stops.
        user: the employee who looks.
    """
    fields = {issue.pk: form[name] for name, issue in form.ticks.items()}
    needs_second = any(issue.code == SECOND_PERSON for issue in stops)
    return {
        "stops": [
            ShownStop(
                issue.code,
                message(batch.kind, issue.code, issue.params),
                fields.get(issue.pk),
                issue.code in batch.accepted,
            )
            for issue in stops
        ],
        "needs_second_person": needs_second,
        "first_person": batch.approved_by if needs_second else None,
        "waits_for_another": needs_second and batch.approved_by_id is not None and batch.approved_by_id == user.pk,
    }


def asks_second_person(request: HttpRequest, batch: ImportBatch, accepted: Sequence[str]) -> bool:
    """Record the first of two confirmations, or refuse a repeated one; False when the batch may be applied now."""
    if not any(issue.code == SECOND_PERSON for issue in stops_of(batch)):
        return False
    if batch.approved_by_id is not None and batch.approved_by_id != request.user.pk:
        return False
    if awaits_decision(batch) and ask_second_person(batch, by=request.user, accept=accepted):
        messages.success(request, _("Your confirmation is recorded. Another employee must confirm this import too."))
    else:
        messages.info(request, _("You have confirmed this import already. Another employee must confirm it too."))
    return True
