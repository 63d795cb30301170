"""The Ukrainian catalogues: compiled as they are written, with a translation for every text of the sources.

`python -m tests.support.catalogues` checks; `--compile` writes the compiled files first. Needs no gettext programs.
"""

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from tests.support.site import ROOT

Key = tuple[str | None, str]

# A package stands on its own catalogue and on those of the packages below it.
CATALOGUES: Mapping[str, tuple[str, ...]] = {
    "cabinet_pages": ("cabinet_pages",),
    "imports": ("imports", "cabinet_pages"),
    "site/website": ("site/website", "imports", "cabinet_pages"),
}
TEMPLATES_OF_THE_SITE = "templates"
OF_A_LIBRARY = "Of a library:"
SIMPLE = {"_", "_now", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
TEMPLATE_CALL = re.compile(
    r"(?<![a-z_])(?P<name>gettext|pgettext|ngettext|npgettext|_)\(\s*(?P<rest>u?(?:'|\"))", re.MULTILINE
)


def source(app: str) -> Path:
    """Return the written catalogue of an app."""
    return ROOT / app / "locale" / "uk" / "LC_MESSAGES" / "django.po"


def translated(app: str) -> set[Key]:
    """Return the texts that a catalogue translates, fuzzy guesses aside."""
    if not source(app).exists():
        return set()
    entries = polib.pofile(str(source(app)))
    return {(entry.msgctxt, entry.msgid) for entry in entries if entry.translated()}


def stale(app: str) -> list[str]:
    """Say whether the compiled catalogue differs from the written one, and which entries are unfinished."""
    if not source(app).exists():
        return []
    name = source(app).relative_to(ROOT)
    written = polib.pofile(str(source(app)))
    unfinished = [
        f"{name}: no translation of {entry.msgid!r}"
        for entry in written
        if not entry.translated() and not entry.obsolete
    ]
    compiled_path = source(app).with_suffix(".mo")
    if not compiled_path.exists():
        return [*unfinished, f"{name} is not compiled; run make messages"]

    def contents(catalogue: polib.POFile | polib.MOFile) -> dict[Key, object]:
        return {
            (entry.msgctxt, entry.msgid): (entry.msgstr, tuple(sorted(entry.msgstr_plural.items())))
            for entry in catalogue
            if entry.msgstr or entry.msgstr_plural
        }

    if contents(written) != contents(polib.mofile(str(compiled_path))):
        unfinished.append(f"{name} is newer than its compiled form; run make messages")
    return unfinished


def texts_of_python(code: str) -> Iterator[Key]:
    """Yield the literal texts that Python code hands to gettext."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = ast.parse(code)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        literals = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if name in SIMPLE and literals:
            yield None, literals[0]
        elif name in WITH_CONTEXT and len(literals) > 1:
            yield literals[0], literals[1]


def texts_of_template(code: str) -> Iterator[Key]:
    """Yield the texts of a template, by way of the Python-like form that Django makes for xgettext."""
    form = templatize(code)
    for call in TEMPLATE_CALL.finditer(form):
        # The form is no whole program: each call is cut out up to its closing bracket and read by itself.
        start, depth = call.start(), 0
        for end in range(call.end("name"), len(form)):
            depth += {"(": 1, ")": -1}.get(form[end], 0)
            if depth == 0 and (found := _parsed(form[start : end + 1])) is not None:
                yield from found
                break


def _parsed(call: str) -> list[Key] | None:
    try:
        return list(texts_of_python(call))
    except SyntaxError:
        return None


def owner(path: Path) -> str | None:
    """Return the app whose catalogue a source file's texts belong to."""
    relative = path.relative_to(ROOT).as_posix()
    if relative.startswith(f"{TEMPLATES_OF_THE_SITE}/"):
        return "site/website"
    return next((app for app in CATALOGUES if relative.startswith(f"{app}/")), None)


def texts_of_sources() -> Iterator[tuple[Path, Key]]:
    """Yield the texts of all packages, each with its file."""
    for folder in (*CATALOGUES, TEMPLATES_OF_THE_SITE):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
                continue
            code = path.read_text(encoding="utf-8")
            texts = texts_of_python(code) if path.suffix == ".py" else texts_of_template(code)
            for key in dict.fromkeys(texts):
                if key[1]:
                    yield path, key


def untranslated(texts: Iterable[tuple[Path, Key]]) -> list[str]:
    """Return, with its file, each text that no catalogue it may rely on translates."""
    known = {app: set().union(*(translated(name) for name in names)) for app, names in CATALOGUES.items()}
    return [
        f"{path.relative_to(ROOT)}: no translation of {key[1]!r}"
        for path, key in texts
        if (app := owner(path)) and key not in known[app]
    ]


def unsaid(texts: Iterable[tuple[Path, Key]]) -> list[str]:
    """Return each entry whose text no source has any more; those of a library say so in their comment."""
    said = {key for _, key in texts}
    return [
        f"{source(app).relative_to(ROOT)}: nothing says {entry.msgid!r}"
        for app in CATALOGUES
        for entry in (polib.pofile(str(source(app))) if source(app).exists() else ())
        if (entry.msgctxt, entry.msgid) not in said and not entry.comment.startswith(OF_A_LIBRARY)
    ]


def main(arguments: list[str]) -> int:
    """Check the catalogues, having compiled them if asked. Returns 1 with complaints."""
    if not settings.configured:
        settings.configure()
    if "--compile" in arguments:
        for app in CATALOGUES:
            if source(app).exists():
                catalogue = polib.pofile(str(source(app)))
                catalogue.save_as_mofile(str(source(app).with_suffix(".mo")))
    texts = list(texts_of_sources())
    wrong = [text for app in CATALOGUES for text in stale(app)] + untranslated(texts) + unsaid(texts)
    for text in wrong:
        print(text, file=sys.stderr)
    print(f"Catalogues: {len(wrong)} complaints.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
