"""«Зіставлення колонок»: an operator says how a file is read, where its headings do not say it themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.staff.scope import ScopedObjectView
from imports.columns import NO_HEADING, Column, ColumnSet, TableRefused, find_heading, heading_keys, likely_heading
from imports.engine import FileRefused, resource_class
from imports.engine.remapping import may_remap, remap
from imports.engine.sampling import COUNTED_ROWS, Sample, take_sample
from imports.engine.sources import NAME_LENGTH, remembered_mapping, save_source
from imports.messages import batch_error, message
from imports.models import ImportBatch
from imports.staff.progress import told_state
from imports.tasks import enqueue_prepare

#: How many rows are shown to choose the heading from.
SHOWN_ROWS = 20
_SHOWN_CHARACTERS = 40
_SAMPLE_VALUES = 3
ENCODING_CHOICES = ("utf-8", "cp1251", "cp866", "cp1125", "koi8-u", "utf-16")
DELIMITER_CHOICES: Mapping[str, Any] = {
    ";": gettext_lazy("semicolon ;"),
    ",": gettext_lazy("comma ,"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("vertical bar |"),
}
#: What may be said of a heading when it has nothing to do with mapping: then this screen is of no help.
MAPPABLE_ERRORS = frozenset(
    {
        "heading_not_found", "missing_headings", "duplicate_headings", "undecodable", "unknown_encoding",
        "no_such_sheet", "no_rows", "nul_bytes",
    }
)  # fmt: skip


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file on the screen.

    Attributes:
        position: its place in the file, counted from 1.
        field: the name of its select.
        key: what tells it from the others, see `imports.columns.heading_keys`.
        heading: as the file has it.
        values: its first values.
        chosen: the name of the column of the kind, '' to pass over it.
    """

    position: int
    field: str
    key: str
    heading: str
    values: Sequence[str]
    chosen: str


@dataclass(frozen=True)
class ShownRow:
    """One of the first rows of the file; `is_heading` of the row, or both rows, that are read as the heading."""

    number: int
    cells: Sequence[str]
    is_heading: bool
    is_chosen: bool


def options_asked(data: "QueryDict | Mapping[str, str]") -> dict[str, str]:
    """The options of a form, without those left to the content."""
    told = {name: data.get(name, "") for name in ("encoding", "delimiter", "sheet", "heading_row")}
    return {name: value.replace("\x00", "")[:120] for name, value in told.items() if value}


class MappingScreen:
    """The screen of one file, read with given options.

    Args:
        batch: whose file it is.
        options: as `ImportBatch.options`.
        chosen: heading → name of a column, as far as somebody has chosen it; synonyms choose the others.
    """

    def __init__(self, batch: ImportBatch, options: Mapping[str, str], chosen: Mapping[str, str]) -> None:
        self.batch = batch
        self.options = dict(options)
        self.kind_columns: ColumnSet = resource_class(batch.kind).column_set()
        self.error = ""
        self.sample: Sample | None = None
        self.columns: list[MappedColumn] = []
        self.rows: list[ShownRow] = []
        try:
            self.sample = take_sample(batch, options)
        except FileRefused as refusal:
            self.error = message(batch.kind, refusal.code, refusal.params)
            return
        known = self.kind_columns.with_profile({key: name for key, name in chosen.items() if self._is_column(name)})
        found = likely_heading(self.sample.rows, known, heading_row=options.get("heading_row", ""))
        below = self.sample.rows[found.last + 1 :]
        for index, (text, key) in enumerate(zip(found.texts, heading_keys(found.texts), strict=True)):
            column = known.find(text, key)
            values = [row.cells[index].strip() for row in below if index < len(row.cells) and row.cells[index].strip()]
            self.columns.append(
                MappedColumn(
                    position=index + 1,
                    field=f"column-{index + 1}",
                    key=key,
                    heading=text,
                    values=[Truncator(value).chars(_SHOWN_CHARACTERS) for value in values[:_SAMPLE_VALUES]],
                    chosen=column.name if column else "",
                )
            )
        self.rows = [
            ShownRow(
                number=row.number,
                cells=[Truncator(cell.strip()).chars(_SHOWN_CHARACTERS) for cell in row.cells],
                is_heading=found.first <= index <= found.last,
                is_chosen=index == found.first,
            )
            for index, row in enumerate(self.sample.rows[:SHOWN_ROWS])
        ]

    def _is_column(self, name: str) -> bool:
        return not name or any(column.name == name for column in self.kind_columns.columns)

    @property
    def mapping(self) -> dict[str, str]:
        """What the screen says, as a batch keeps it; a column without a heading is named only where it is used."""
        return {column.key: column.chosen for column in self.columns if column.heading or column.chosen}

    @property
    def remembered(self) -> dict[str, str]:
        """The options that a source keeps: where no heading tells the delimiter, the one that was read by is kept."""
        if self.options.get("heading_row") == NO_HEADING and self.sample is not None and self.sample.delimiter:
            return {"delimiter": self.sample.delimiter, **self.options}
        return self.options

    @property
    def lacking(self) -> list[str]:
        """Headings of required columns that nothing in the file is mapped to, nor told by its group rows."""
        if not self.refusal():
            return []
        chosen = {column.chosen for column in self.columns}
        lacking = [one.heading for one in self.kind_columns.columns if one.required and one.name not in chosen]
        lacking += [
            " / ".join(self.kind_columns[name].heading for name in group)
            for group in self.kind_columns.any_of
            if not chosen & set(group)
        ]
        return lacking

    def refusal(self) -> str:
        """Why the file cannot be read so, as a sentence; '' when it can."""
        if self.error or self.sample is None:
            return self.error
        columns = self.kind_columns.with_profile(self.mapping)
        try:
            find_heading(self.sample.rows, columns, heading_row=self.options.get("heading_row", ""))
        except TableRefused as refused:
            return message(self.batch.kind, refused.code, refused.params)
        return ""

    @property
    def choices(self) -> tuple[Column, ...]:
        """The columns of the kind."""
        return self.kind_columns.columns


class MappingView(ScopedObjectView):
    """Shows how a file begins, and takes what its columns are."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/mapping.html"
    page_title = gettext_lazy("Mapping of columns")

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance.file_name)

    def check_action_permitted(self, user: Any) -> bool:
        """Whoever gives files to the cabinet may say how they are read."""
        return super().check_action_permitted(user) and bool(user.has_perm("imports.add_importbatch"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch: ImportBatch = self.instance
        if not may_remap(batch):
            return self._decided()
        return self._page(MappingScreen(batch, batch.options, self._known(batch)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Read the sample anew with other options, or take the mapping and have the file prepared with it."""
        batch: ImportBatch = self.instance
        if not may_remap(batch):
            return self._decided()
        options = options_asked(request.POST)
        screen = MappingScreen(batch, options, self._chosen(request.POST, batch))
        if request.POST.get("action") != "save":
            return self._page(screen)
        refusal = screen.refusal()
        name = request.POST.get("source", "").replace("\x00", "").strip()
        if len(name) > NAME_LENGTH:
            refusal = message(batch.kind, "source_name", {"limit": NAME_LENGTH})
        if refusal:
            return self._page(screen, refusal=refusal, status=422)
        try:
            remap(batch, mapping=screen.mapping, options=options, by=request.user, profile=name or None)
            if name:
                save_source(
                    kind=batch.kind,
                    branch=batch.branch,
                    name=name,
                    mapping=screen.mapping,
                    options=screen.remembered,
                    by=request.user,
                )
        except FileRefused as refused:
            return self._page(screen, refusal=message(batch.kind, refused.code, refused.params), status=422)
        enqueue_prepare(batch)
        messages.success(request, _("The file is being checked again, with the columns you have chosen."))
        return redirect(self._batch_url())

    def _known(self, batch: ImportBatch) -> dict[str, str]:
        """What is known of headings before anybody chooses: from the branch's sources, and from the batch itself."""
        return {**remembered_mapping(kind=batch.kind, branch=batch.branch), **batch.mapping}

    def _chosen(self, data: QueryDict, batch: ImportBatch) -> dict[str, str]:
        """What the form says of columns, by their keys; the batch's own mapping where the form says nothing."""
        chosen = self._known(batch)
        for name in data:
            if name.startswith("key-") and (position := name.removeprefix("key-")).isdecimal():
                chosen[str(data[name])] = str(data.get(f"column-{position}", ""))
        # A column without a heading that is not used must not hide the name that its place would have.
        return {key: name for key, name in chosen.items() if key}

    def _page(self, screen: MappingScreen, *, refusal: str = "", status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(screen=screen, refusal=refusal), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch: ImportBatch = self.instance
        screen: MappingScreen = kwargs["screen"]
        sample = screen.sample
        result: dict[str, Any] = super().get_context_data(
            **kwargs,
            batch=batch,
            batch_url=self._batch_url(),
            error=batch_error(batch),
            encodings=ENCODING_CHOICES,
            delimiters=list(DELIMITER_CHOICES.items()),
            no_heading=NO_HEADING,
            is_more=bool(sample and sample.count >= COUNTED_ROWS),
            # A file that could not be read may be a text all the same: another encoding is what it needs.
            offers_encoding=sample is None or sample.is_text,
            source_name=self.request.POST.get("source", batch.profile),
            name_length=NAME_LENGTH,
        )
        return result

    def _decided(self) -> HttpResponse:
        messages.info(self.request, told_state(self.instance))
        return redirect(self._batch_url())

    def _batch_url(self) -> str:
        return str(self.url_helper.get_action_url("inspect", self.pk_quoted))
