"""Associated signature containers ASiC-S and ASiC-E (ETSI EN 319 162-1) with CAdES signatures."""

import hashlib
import re
import zipfile
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from urllib.parse import unquote

from lxml import etree

from cabinet_pages.documents.verification.dstu4145 import GOST34311_DIGEST
from cabinet_pages.documents.verification.gost34311 import gost34311
from cabinet_pages.documents.verification.verdicts import Detail, UnknownAlgorithm, Unreadable

_SIGNATURE: Final = re.compile(r"META-INF/[^/]*signature[^/]*\.p7[sm]", re.IGNORECASE)
_MANIFEST: Final = re.compile(r"META-INF/ASiCManifest[^/]*\.xml", re.IGNORECASE)
_XADES: Final = re.compile(r"META-INF/[^/]*signatures[^/]*\.xml", re.IGNORECASE)
_MIME_TYPES: Final = (b"application/vnd.etsi.asic-s+zip", b"application/vnd.etsi.asic-e+zip")
_SHA2: Final = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}
#: Files in a container, and their bytes in all.
MOST_FILES: Final = 200
_LARGEST_META: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signature of a container.

    Args:
        cms: the CMS file; b"" for an XML signature.
        content: what it signs: a document, or a manifest.
        covered: the names of the documents that it covers so.
        altered: whether a document differs from what the manifest says of it.
    """

    cms: bytes
    content: bytes
    covered: frozenset[str]
    altered: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """What a container holds.

    Args:
        documents: name → bytes, without META-INF.
        signatures: in the order of the archive; a refusal in the place of one that cannot be checked.
    """

    documents: dict[str, bytes] = field(default_factory=dict)
    signatures: list[Sealed | UnknownAlgorithm | Unreadable] = field(default_factory=list)


def looks_like_zip(data: bytes) -> bool:
    """Whether bytes are a ZIP archive."""
    return data[:4] == b"PK\x03\x04"


def container(data: bytes, most_bytes: int) -> Container | None:
    """Read a container; None for an archive that is none.

    Args:
        data: the archive.
        most_bytes: of everything in it together, unpacked.

    Raises:
        Unreadable: it is broken, too large, or names a file twice.
    """
    files = _unpack(data, most_bytes)
    names = [name for name in files if name.startswith("META-INF/")]
    signatures = [name for name in names if _SIGNATURE.fullmatch(name)]
    xades = [name for name in names if _XADES.fullmatch(name)]
    if not signatures and not xades:
        if files.get("mimetype", b"").strip() in _MIME_TYPES:
            raise Unreadable("a container without a signature")
        return None
    documents = {
        name: content for name, content in files.items() if name != "mimetype" and not name.startswith("META-INF/")
    }
    manifests = [_manifest(files[name]) for name in names if _MANIFEST.fullmatch(name)]
    found: list[Sealed | UnknownAlgorithm | Unreadable] = []
    for name in signatures:
        try:
            found.append(_sealed(name, files, documents, manifests))
        except (UnknownAlgorithm, Unreadable) as error:
            found.append(error)
    found += [UnknownAlgorithm("XAdES", Detail.XADES) for _ in xades]
    return Container(documents, found)


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The manifest of a signature: document → (digest algorithm, digest in Base64)."""

    content: bytes
    signature: str
    digests: dict[str, tuple[str, str]]


def _sealed(name: str, files: dict[str, bytes], documents: dict[str, bytes], manifests: list[_Manifest]) -> Sealed:
    if not manifests:
        if len(documents) != 1:
            raise Unreadable("what is signed is not told")
        only = next(iter(documents))
        return Sealed(files[name], documents[only], frozenset({only}))
    for manifest in manifests:
        if manifest.signature == name:
            altered = any(
                file not in documents or _digest(algorithm, documents[file]) != digest
                for file, (algorithm, digest) in manifest.digests.items()
            )
            return Sealed(files[name], manifest.content, frozenset(manifest.digests), altered)
    raise Unreadable("no manifest names the signature")


def _manifest(content: bytes) -> _Manifest:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("a manifest") from error
    references = list(root.iter("{*}SigReference"))
    if len(references) != 1:
        raise Unreadable("a manifest of no signature")
    digests: dict[str, tuple[str, str]] = {}
    for part in root.iter("{*}DataObjectReference"):
        method, value = part.find("{*}DigestMethod"), part.find("{*}DigestValue")
        name = unquote(part.get("URI") or "")
        if method is None or value is None or name in digests:
            raise Unreadable("a manifest without digests")
        digests[name] = (method.get("Algorithm") or "", "".join((value.text or "").split()))
    return _Manifest(content, unquote(references[0].get("URI") or ""), digests)


def _digest(algorithm: str, content: bytes) -> str:
    if algorithm in _SHA2:
        return b64encode(_SHA2[algorithm](content).digest()).decode()
    if algorithm == f"urn:oid:{GOST34311_DIGEST}":
        return b64encode(gost34311(content)).decode()
    raise UnknownAlgorithm(algorithm[:80])


def _unpack(data: bytes, most_bytes: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = most_bytes
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_FILES:
                raise Unreadable("too many files", Detail.TOO_LARGE)
            for info in infos:
                if info.is_dir():
                    continue
                if info.filename in files:
                    raise Unreadable("a file is there twice")
                most = min(left, _LARGEST_META) if info.filename.startswith("META-INF/") else left
                with archive.open(info) as source:
                    content = source.read(most + 1)
                if len(content) > most:
                    raise Unreadable("too many bytes", Detail.TOO_LARGE)
                left -= len(content)
                files[info.filename] = content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("a broken archive") from error
    return files
