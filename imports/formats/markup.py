"""What an XML or HTML file is, by its prolog and its first element: nothing is parsed here. No Django."""

import codecs
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_INSTRUCTION = re.compile(r"<\?(?P<target>[^\s?>]+)(?P<rest>.*?)\?>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?P<name>[^\s>\[]*)[^>\[]*(?P<subset>\[)?[^>]*>?", re.IGNORECASE)
_START = re.compile(r"<(?P<name>[^\s<>/!?=\"']+)(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)/?>")
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s=<>"'/]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
# What a page, or a piece of one saved without its beginning, starts with.
_HTML = frozenset(
    {"html", "head", "body", "meta", "title", "style", "script", "link", "table", "thead", "tbody", "tr", "td", "th"}
    | {"div", "span", "center", "font", "p", "br", "b", "h1", "h2", "h3", "form", "col", "colgroup"}
)


@dataclass(frozen=True)
class Root:
    """The first element of a document: its local name, namespace and attributes, and the instructions before it."""

    name: str
    namespace: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    instructions: tuple[tuple[str, str], ...] = ()
    has_doctype: bool = False
    is_html: bool = False


def declared_encoding(head: bytes) -> str:
    """Return the encoding that a document names in its declaration or its `<meta>`, or an empty string."""
    plain = head[:8192]
    found = _DECLARED.match(plain.lstrip()) or _META.search(plain)
    return found[1].decode("ascii").casefold() if found else ""


def root_of(head: bytes) -> Root | None:
    """Return the first element of what begins with `<`; None where it cannot be seen.

    Args:
        head: the beginning of the file, as `Format.matches` is given it.
    """
    text = _text(head).lstrip()
    if not text.startswith("<"):
        return None
    instructions: list[tuple[str, str]] = []
    has_doctype = is_html = False
    while True:
        if match := _INSTRUCTION.match(text):
            instructions.append((match["target"], match["rest"]))
        elif match := _COMMENT.match(text):
            pass
        elif match := _DOCTYPE.match(text):
            has_doctype = True
            is_html = match["name"].casefold() == "html"
            # An internal subset says enough: such a file is refused whatever stands below.
            if match["subset"]:
                return Root("", instructions=tuple(instructions), has_doctype=True, is_html=is_html)
        else:
            break
        text = text[match.end() :].lstrip()
    start = _START.match(text)
    if start is None:
        return Root("", instructions=tuple(instructions), has_doctype=has_doctype, is_html=is_html)
    attributes = {
        one["name"]: html.unescape(one["double"] if one["double"] is not None else one["single"])
        for one in _ATTRIBUTE.finditer(start["attributes"])
    }
    prefix, _, local = start["name"].rpartition(":")
    namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
    is_html = is_html or (not prefix and not instructions and local.casefold() in _HTML) or local.casefold() == "html"
    return Root(local, namespace, attributes, tuple(instructions), has_doctype, is_html)


def _text(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, errors="replace")
    try:
        return head.decode(declared_encoding(head) or "utf-8", errors="replace")
    except LookupError:
        return head.decode("utf-8", errors="replace")
