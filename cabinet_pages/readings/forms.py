"""Forms of the readings window."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cabinet_pages.clock import kyiv_today
from cabinet_pages.quantities.fields import FixedPointFormField
from cabinet_pages.readings.calculation import Calculation
from cabinet_pages.readings.messages import message_of
from cabinet_pages.readings.queries import EntrySheet
from cabinet_pages.readings.rules import DECIMALS, Finding, check_value
from cabinet_pages.windows.fields import DayField


def value_name(register: int) -> str:
    """The name of the field for a register's value."""
    return f"value_{register}"


class EntryForm(forms.Form):
    """The readings of a point: «Дата зняття» and a value for each register."""

    read_on = DayField(label=_("Date of the reading"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, sheet: EntrySheet) -> None:
        self.sheet = sheet
        window = sheet.window
        initial: dict[str, Any] = {"read_on": sheet.sent_on or min(kyiv_today(), window.latest)}
        initial |= {value_name(one.register.pk): one.sent.value.normalize() for one in sheet.registers if one.sent}
        super().__init__(data, initial=initial)
        self.fields["read_on"].widget.attrs.update(min=window.earliest.isoformat(), max=window.latest.isoformat())
        for entry in sheet.registers:
            register = entry.register
            self.fields[value_name(register.pk)] = FixedPointFormField(
                scale=DECIMALS,
                min_value=Decimal(0),
                required=False,
                disabled=entry.is_passed,
                label=_("Reading: meter %(meter)s, %(channel)s, %(zone)s")
                % {
                    "meter": register.meter.serial,
                    "channel": register.get_channel_display(),
                    "zone": register.get_zone_display(),
                },
            )

    def clean(self) -> dict[str, Any]:
        """Name every value that its register cannot show at once, also beside other mistakes."""
        for entry in self.sheet.registers:
            value = self.cleaned_data.get(value_name(entry.register.pk))
            if value is not None:
                found = check_value(value, digits=entry.register.digits)
                self.refuse([(entry.register.pk, finding) for finding in found])
        return self.cleaned_data

    @property
    def typed(self) -> dict[int, Decimal]:
        """Every value of the form by register; registers left empty are not in it."""
        values = {one.register.pk: self.cleaned_data.get(value_name(one.register.pk)) for one in self.sheet.registers}
        return {register: value for register, value in values.items() if value is not None}

    @property
    def entries(self) -> dict[int, Decimal]:
        """The typed values without those that billing already has, which only stand there to be seen."""
        passed = {one.register.pk for one in self.sheet.registers if one.is_passed}
        return {register: value for register, value in self.typed.items() if register not in passed}

    def refuse(self, findings: list[tuple[int | None, Finding]]) -> None:
        """Put what the calculation found beside its field."""
        dates = {"future_date", "outside_window"}
        for register, finding in findings:
            name = value_name(register) if register is not None else None
            if finding.code in dates:
                name = "read_on"
            elif name not in self.fields:
                name = None
            message = message_of(finding)
            if message not in self.errors.get(name or "__all__", []):
                self.add_error(name, message)


class SubmissionForm(forms.Form):
    """The second «Зберегти»: which calculation was shown, and the explanation of what is unusual in it."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For example: the shop worked two shifts; the meter was replaced on the 12th."),
        max_length=255,
        error_messages={"required": _("Give the reason of what is unusual.")},
    )
    confirmed = forms.BooleanField(
        label=_("I have checked the readings; they are right"),
        error_messages={"required": _("Confirm that the readings are right.")},
    )

    def __init__(self, *args: Any, calculation: Calculation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not calculation.needs_confirmation:
            del self.fields["reason"], self.fields["confirmed"]
            return
        for row in calculation.asks_explanation:
            register = row.register
            self.fields[f"explanation_{register.pk}"] = forms.ChoiceField(
                label=_("Why the reading is less than the previous one: %(channel)s, %(zone)s")
                % {"channel": register.get_channel_display(), "zone": register.get_zone_display()},
                choices=[
                    ("rollover", _("The register passed its last figure and began from zero")),
                    ("replaced", _("The meter was replaced")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the two.")},
            )
        self.order_fields([*[name for name in self.fields if name.startswith("explanation_")], "reason", "confirmed"])

    @property
    def replaced(self) -> frozenset[int]:
        """Registers whose meter was replaced, as the person says."""
        return frozenset(
            int(name.removeprefix("explanation_"))
            for name, value in self.cleaned_data.items()
            if name.startswith("explanation_") and value == "replaced"
        )


def typed_values(data: Mapping[str, Any], sheet: EntrySheet) -> list[tuple[str, str]]:
    """What was typed, as hidden fields carry it to the second «Зберегти», where all of it is checked anew."""
    names = ["read_on", *(value_name(one.register.pk) for one in sheet.registers)]
    return [(name, str(data[name])) for name in names if data.get(name)]
