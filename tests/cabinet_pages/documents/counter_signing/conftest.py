"""A document that awaits its consumer's signature, the people who have to do with it, and files that sign it."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.core.files.base import ContentFile

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope, scope_for
from cabinet_pages.accounts.models import Account
from cabinet_pages.documents.counter_signing.services import send_counter_signature
from cabinet_pages.documents.models import CounterSignature, SignedDocument
from cabinet_pages.documents.tasks import ask_to_check
from tests import factories
from tests.support.kep import M163, KepSigner

CONTENT = "Акт приймання-передавання за січень".encode()
CODE = "32855961"


@cache
def customer_signer() -> KepSigner:
    return KepSigner("Косач Лариса", edrpou=CODE, group=M163, seed=31)


@cache
def branch_signer() -> KepSigner:
    return KepSigner("Начальник структурної одиниці", edrpou="00131512", group=M163, seed=32)


@cache
def branch_signature() -> bytes:
    return branch_signer().cms(CONTENT)


@cache
def detached() -> bytes:
    return customer_signer().cms(CONTENT)


@cache
def another_detached() -> bytes:
    return KepSigner("Драй-Хмара Михайло", edrpou=CODE, group=M163, seed=33).cms(CONTENT)


@cache
def attached() -> bytes:
    return customer_signer().cms(CONTENT, attached=True)


@cache
def of_something_else() -> bytes:
    return customer_signer().cms("Зовсім інший документ".encode())


def container(content: bytes = CONTENT) -> bytes:
    """A container ASiC-S."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-s+zip")
        archive.writestr("act.txt", content)
        archive.writestr("META-INF/signature.p7s", customer_signer().cms(content))
    return buffer.getvalue()


def upload(content: bytes, name: str = "акт.p7s") -> ContentFile[bytes]:
    return ContentFile(content, name=name)


@dataclass
class SigningWorld:
    """An account of a branch with a document to sign, its owner and viewer, and an operator of the branch."""

    account: Account
    document: SignedDocument
    owner: Any
    viewer: Any
    operator: Any

    @property
    def scope(self) -> Scope:
        scope = scope_for(self.owner, "80-431930")
        assert scope is not None
        return scope

    @property
    def window(self) -> str:
        return f"documents/80-431930/{self.document.uuid}/"

    def send(self, content: bytes | None = None, by: Any = None) -> CounterSignature:
        """Send a signed file, and let the worker check it."""
        signed = send_counter_signature(
            by=by or self.owner, scope=self.scope, document=self.document, signed_file=upload(content or detached())
        )
        ask_to_check(signed)
        return signed


def make_document(account: Account, number: str = "12/2026", content: bytes = CONTENT, **fields: Any) -> SignedDocument:
    signature = branch_signature()
    fields = {"kind": "Акт", "dated": date(2026, 1, 31), "needs_signature": True, **fields}
    return SignedDocument.objects.create(
        account=account,
        number=number,
        file=ContentFile(content, name="act"),
        file_name="акт.txt",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        signature=ContentFile(signature, name="act.p7s"),
        signature_name="акт.txt.p7s",
        signature_sha256=hashlib.sha256(signature).hexdigest(),
        **fields,
    )


@pytest.fixture
def world(db: None) -> SigningWorld:
    factories.make_site()
    branch = factories.make_branch("VIN", email="branch@example.com")
    account = factories.make_account("80-431930", branch, customer=factories.make_customer("ТОВ «Приклад»", code=CODE))
    owner, viewer = factories.make_user("owner@example.com"), factories.make_user("viewer@example.com")
    factories.grant(owner, account)
    factories.grant(viewer, account, Role.VIEWER)
    operator = factories.make_operator("operator@example.com", branch)
    return SigningWorld(account, make_document(account), owner, viewer, operator)
