"""Pictures of volumes with the tables below them: shapes from `chart`, words in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cabinet_pages.metering.models import Channel, Zone
from cabinet_pages.quantities.formatting import format_energy
from cabinet_pages.readings.history.chart import (
    NARROW,
    WIDE,
    Chart,
    Column,
    Frame,
    MarkKind,
    Slot,
    draw,
    scale_of,
)
from cabinet_pages.readings.history.rules import (
    MONTHS,
    YEAR,
    MonthVolume,
    change_percent,
    months_until,
    percent_of,
    tangent,
)
from cabinet_pages.readings.messages import unit_of


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A month in the table below a picture.

    Args:
        volume: the month itself.
        zones: kWh in each zone of the picture; None where the zone gave nothing.
        year_before: the total of the same month last year.
        change: by how many per cent the total grew against it; None where the two cannot be compared.
    """

    volume: MonthVolume
    zones: list[Decimal | None]
    year_before: Decimal | None
    change: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of one channel: drawn for a wide and for a narrow screen, with what is said about it.

    Args:
        key: tells the picture from the others of its page; safe in an id.
        zones: numbers and names of its zones, from the base line up.
        marks: which marks stand on its base line.
    """

    key: str
    title: str
    description: str
    unit: str
    zones: list[tuple[int, str]]
    span_before: str
    span_now: str
    charts: list[tuple[str, Chart]]
    marks: set[MarkKind]
    rows: list[VolumeRow]

    @property
    def has_missing(self) -> bool:
        """Whether a month has no data."""
        return MarkKind.MISSING in self.marks

    @property
    def has_zero(self) -> bool:
        """Whether a month's volume is zero."""
        return MarkKind.ZERO in self.marks

    @property
    def has_below(self) -> bool:
        """Whether subconsumers took more than the settlement points measured."""
        return MarkKind.BELOW in self.marks


@dataclass(frozen=True, slots=True)
class ReactiveRow:
    """A month's reactive energy; the shares are None where A+ is zero, missing or not whole."""

    period: date
    active: Decimal | None
    consumed: Decimal | None
    delivered: Decimal | None
    share: Decimal | None
    tangent: Decimal | None


def two_years(volumes: Sequence[MonthVolume]) -> list[MonthVolume]:
    """At most 24 of the months: without the newest while nothing is known of it."""
    listed = list(volumes)
    if len(listed) > 1 and not listed[-1].is_known:
        listed.pop()
    return listed[-MONTHS:]


def picture_of(channel: str, volumes: Sequence[MonthVolume], subject: str) -> Picture:
    """Draw a channel's months.

    Args:
        channel: A+, A−, R+ or R−.
        volumes: one month or more, oldest first; see `two_years`.
        subject: what the picture is of: a register, a point, a site, an account.
    """
    unit = unit_of(channel)
    zones = sorted({zone for one in volumes for zone in one.zones}) or [Zone.WHOLE_DAY.value]
    by_period = {one.period: one for one in volumes}
    months = months_until(volumes[-1].period)
    slots = [
        Slot(
            label=date_format(now, "b"),
            before=_column(by_period.get(before), unit),
            now=_column(by_period.get(now), unit),
        )
        for before, now in zip(months[:YEAR], months[YEAR:], strict=True)
    ]
    charts = [("wide", _drawn(slots, WIDE, unit)), ("narrow", _drawn(slots, NARROW, unit))]
    return Picture(
        key=f"{channel[0].lower()}{'in' if channel.endswith('+') else 'out'}",
        title=_("%(energy)s: %(subject)s") % {"energy": _capital(Channel(channel).label), "subject": subject},
        description=_description(volumes, unit),
        unit=unit,
        zones=[(zone, str(Zone(zone).label)) for zone in zones],
        span_before=_span(months[:YEAR]),
        span_now=_span(months[YEAR:]),
        charts=charts,
        marks={mark.kind for mark in charts[0][1].marks},
        rows=[_row(one, zones, by_period) for one in reversed(volumes)],
    )


def reactive_rows(volumes: dict[str, list[MonthVolume]]) -> list[ReactiveRow]:
    """R+ beside A+ by month, newest first; empty where no reactive energy is measured.

    Args:
        volumes: by channel, as `volumes_by_month` gives them for a point.
    """
    if Channel.REACTIVE_CONSUMED not in volumes:
        return []
    rows: list[ReactiveRow] = []
    last = max(one.period for months in volumes.values() for one in two_years(months))
    by_channel = {channel: {one.period: one for one in months} for channel, months in volumes.items()}
    for consumed in reversed(volumes[Channel.REACTIVE_CONSUMED]):
        if consumed.period > last or len(rows) == MONTHS:
            continue
        active = by_channel.get(Channel.ACTIVE_CONSUMED, {}).get(consumed.period)
        delivered = by_channel.get(Channel.REACTIVE_DELIVERED, {}).get(consumed.period)
        whole = active is not None and active.is_complete and consumed.is_complete
        of_active = active.total if active is not None and whole else None
        rows.append(
            ReactiveRow(
                period=consumed.period,
                active=active.total if active else None,
                consumed=consumed.total,
                delivered=delivered.total if delivered else None,
                share=percent_of(consumed.total, of_active),
                tangent=tangent(of_active, consumed.total),
            )
        )
    return rows


def source_of(volume: MonthVolume) -> str:
    """Which volume a month shows: what billing accepted, or what the cabinet computed."""
    if not volume.is_known:
        return _("no data")
    if not volume.computed:
        return _("volume accepted")
    return _("volume preliminary") if not volume.accepted else _("volume accepted in part")


def month_name(period: date) -> str:
    """«січень 2026»."""
    text = date_format(period, "F Y")
    return text.lower() if (get_language() or "uk").startswith("uk") else text


def _row(volume: MonthVolume, zones: list[int], by_period: dict[date, MonthVolume]) -> VolumeRow:
    before = by_period.get(volume.period.replace(year=volume.period.year - 1))
    total = before.total if before else None
    comparable = before is not None and volume.is_complete and before.is_complete
    return VolumeRow(
        volume=volume,
        zones=[volume.zones.get(zone) for zone in zones],
        year_before=total,
        change=change_percent(volume.total, total) if comparable else None,
        source=source_of(volume),
    )


def _column(volume: MonthVolume | None, unit: str) -> Column | None:
    if volume is None:
        return None
    month = month_name(volume.period)
    if volume.total is None:
        return Column(missing=True, label=_("%(month)s: no data") % {"month": month})
    text = {"month": month, "volume": _number(volume.total), "unit": unit, "source": source_of(volume)}
    label = _("%(month)s: %(volume)s %(unit)s, %(source)s") % text
    if not volume.is_drawable:
        return Column(below=True, label=label)
    parts = sorted(volume.zones.items())
    if len(parts) > 1:
        label += "".join(f"; {Zone(zone).label}\u00a0— {_number(part)}" for zone, part in parts)
    return Column(parts=tuple(parts), label=label)


def _drawn(slots: list[Slot], frame: Frame, unit: str) -> Chart:
    scale = scale_of(slots)
    units = {
        0: unit,
        3: _("thousand %(unit)s") % {"unit": unit},
        6: _("million %(unit)s") % {"unit": unit},
        9: _("billion %(unit)s") % {"unit": unit},
    }
    labels = [_number(scale.in_unit(tick)) for tick in scale.ticks]
    return draw(slots, frame, tick_labels=labels, unit=units[scale.power])


def _description(volumes: Sequence[MonthVolume], unit: str) -> str:
    known = [one for one in volumes if one.total is not None]
    sentences = []
    if known:
        for words, chosen in (
            (_("The most: %(volume)s %(unit)s (%(month)s)."), max(known, key=lambda one: one.total or Decimal(0))),
            (_("The least: %(volume)s %(unit)s (%(month)s)."), min(known, key=lambda one: one.total or Decimal(0))),
        ):
            named = {"volume": _number(chosen.total), "unit": unit, "month": month_name(chosen.period)}
            sentences.append(words % named)
    if len(known) < len(volumes):
        sentences.append(_("Months without data: %(count)s.") % {"count": len(volumes) - len(known)})
    sentences.append(_("The same numbers are in the table below."))
    return " ".join(sentences)


def _span(months: Sequence[date]) -> str:
    return f"{month_name(months[0])}\u00a0– {month_name(months[-1])}"


def _number(value: Decimal | None) -> str:
    return format_energy(value, language=get_language() or "uk")


def _capital(text: object) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]
