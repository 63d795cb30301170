"""What is plugged into the cabinet and what is wrong with it, as data; `manage.py cabinet_doctor` prints it.

An app adds its part through the hook `register_cabinet_doctor`: a function that takes nothing and returns topics.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import InvalidStorageError, storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks import task_backends
from django_tasks.exceptions import InvalidTaskBackendError
from wagtail import hooks
from wagtail.models import Site

from cabinet_pages.access.models import BranchOperator
from cabinet_pages.accounts.models import Branch
from cabinet_pages.archives.kinds import plugged_kinds
from cabinet_pages.billing.online_payments.contract import payment_provider
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.models import SpoiledFile
from cabinet_pages.documents.verifying import document_verifier, unchecked_counter_signatures, unchecked_documents
from cabinet_pages.install import missing_permissions
from cabinet_pages.notifications.channels import installed_channels
from cabinet_pages.notifications.events import installed_events
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.printing.rendering import pdf_renderer
from cabinet_pages.printing.sealing import pdf_seal
from cabinet_pages.readings.checks import registered_checks
from cabinet_pages.staff.permissions import GROUPS
from cabinet_pages.windows.pages import AccountListMixin, CabinetMixin, SectionMixin, WindowMixin
from cabinet_pages.windows.queries import concrete_types

HOOK = "register_cabinet_doctor"
# A mail that is due for longer tells that no worker runs.
WORKER_GRACE = timedelta(minutes=15)
# The report names so many files that are not what they were.
SPOILED_NAMED = 20
INSTALL = "run manage.py cabinet_install"


@dataclass(frozen=True, slots=True)
class Topic:
    """One heading of the report.

    Args:
        title: what it is about.
        lines: what is plugged in.
        problems: what is wrong, each with what to do about it.
    """

    title: str
    lines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def topics() -> list[Topic]:
    """Everything plugged in, our own and that of the hooks; the database alone while migrations are missing."""
    waiting = _migrations()
    if waiting.problems:
        return [waiting]
    own = [
        waiting,
        *_sections(),
        _page_types(),
        named("Reading checks", ((check.code, check) for check in registered_checks())),
        named("Notification channels", installed_channels().items()),
        named("Notification events", installed_events().items()),
        named("Kinds of archives", ((kind.code, kind) for kind in plugged_kinds())),
        _renderer(),
        _seal(),
        _provider(),
        _verifier(),
        _storage(),
        _tasks(),
        _groups(),
        _branches(),
    ]
    return own + [topic for register in hooks.get_hooks(HOOK) for topic in register()]


def system_messages(*, deploy: bool = False) -> list[CheckMessage]:
    """What Django's system checks say, those of every app and of the database; for a deployed site with `deploy`."""
    return list(run_checks(include_deployment_checks=deploy, databases=["default"]))


def named(title: str, things: Iterable[tuple[str, Any]]) -> Topic:
    """A topic of registered things by name, each with its class; two of one name are a problem."""
    lines, problems, seen = [], [], set()
    for name, thing in things:
        lines.append(f"{name}: {path_of(thing)}")
        if name in seen:
            problems.append(f"{name} is registered twice: give one of them another name")
        seen.add(name)
    return Topic(title, tuple(lines), tuple(problems))


def path_of(thing: Any) -> str:
    """The dotted path of a class, or of an object's class."""
    kind = thing if isinstance(thing, type) else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"


def _migrations() -> Topic:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Topic(
        f"Database: {connection.vendor}",
        problems=tuple(f"{step.app_label}.{step.name} is not applied: run manage.py migrate" for step, _ in plan),
    )


def _sections() -> Iterator[Topic]:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        yield Topic("Cabinet", problems=("There is no default site: create one in Settings → Sites",))
        return
    below = site.root_page.get_descendants()
    if not below.live().type(*concrete_types(CabinetMixin)).exists():
        yield Topic("Cabinet", problems=(f"No cabinet page is published below {site.root_page}: {INSTALL}",))
    for section in below.type(*concrete_types(SectionMixin)).order_by("path"):
        children = list(section.get_children().order_by("path"))
        windows = [child for child in children if _is(child, WindowMixin)]
        problems = []
        if not any(child.live and _is(child, AccountListMixin) for child in children) and windows:
            problems.append(f"The section has no published account list: {INSTALL}")
        if not section.live:
            problems.append("The section is not published")
        yield Topic(
            f"Section «{section.title}» {section.url_path}",
            tuple(
                f"{window.title}: {path_of(window.cached_content_type.model_class())}"
                f"{'' if window.live else ' (not published)'}"
                for window in windows
            ),
            tuple(problems),
        )


def _is(page: Any, mixin: type) -> bool:
    model = page.cached_content_type.model_class()
    return model is not None and issubclass(model, mixin)


def _page_types() -> Topic:
    unused = [
        f"{path_of(model)}: no page yet"
        for model in [*concrete_types(SectionMixin), *concrete_types(WindowMixin)]
        if not model.objects.exists()
    ]
    return Topic("Page types without a page", tuple(unused))


def _renderer() -> Topic:
    title = "PDF renderer"
    chosen = cabinet_settings.PDF_RENDERER
    try:
        return Topic(title, (path_of(pdf_renderer()),))
    except (ImportError, KeyError, TypeError, ValueError) as error:
        return Topic(title, problems=(f"WAGTAIL_CABINET['PDF_RENDERER'] {chosen!r} cannot be used: {error}",))


def _seal() -> Topic:
    title = "Seal on PDFs"
    # A setting with a passphrase or a PIN is not repeated here.
    try:
        seal = pdf_seal()
    except (ImportError, KeyError, TypeError, ValueError, OSError) as error:
        return Topic(title, problems=(f"WAGTAIL_CABINET['PDF_SEAL'] cannot be used: {error}",))
    return Topic(title, (path_of(seal) if seal else "none",))


def _provider() -> Topic:
    title = "Payment provider"
    # A setting with keys is not repeated here.
    try:
        provider = payment_provider()
    except (ImportError, KeyError, TypeError, ValueError) as error:
        return Topic(title, problems=(f"WAGTAIL_CABINET['PAYMENT_PROVIDER'] cannot be used: {error}",))
    if provider is None:
        return Topic(title, ("none",))
    return Topic(title, (f"{provider.code}: {path_of(provider)}",), tuple(provider.problems()))


def _verifier() -> Topic:
    title = "Verifier of signatures"
    chosen = cabinet_settings.DOCUMENT_VERIFIER
    try:
        verifier = path_of(document_verifier())
    except (ImportError, KeyError, TypeError, ValueError, OSError) as error:
        return Topic(title, problems=(f"WAGTAIL_CABINET['DOCUMENT_VERIFIER'] {chosen!r} cannot be used: {error}",))
    waiting = unchecked_documents().count() + unchecked_counter_signatures().count()
    spoiled = tuple(
        f"{one.path} holds other bytes than those that came: restore the file with SHA-256 {one.stated_sha256}"
        for one in SpoiledFile.objects.order_by("path")[:SPOILED_NAMED]
    )
    return Topic(title, (verifier, f"{waiting} files wait to be checked"), spoiled)


def _storage() -> Topic:
    alias = cabinet_settings.PRIVATE_STORAGE
    title = "Private files"
    try:
        storage = storages[alias]
        # Only writing tells whether it can be written to.
        storage.delete(storage.save("cabinet-doctor", ContentFile(b"written and deleted by cabinet_doctor")))
    except (InvalidStorageError, ImproperlyConfigured, OSError) as error:
        return Topic(title, problems=(f"STORAGES[{alias!r}] cannot be written to: {error}",))
    place = getattr(storage, "location", "")
    return Topic(title, (f"{alias}: {path_of(storage)} {place}".strip(),))


def _tasks() -> Topic:
    alias = cabinet_settings.TASK_BACKEND
    title = "Background work"
    try:
        backend = task_backends[alias]
    except InvalidTaskBackendError as error:
        return Topic(title, problems=(f"TASKS has no usable {alias!r}: {error}",))
    unsent = OutgoingMail.objects.filter(sent_at__isnull=True)
    overdue = unsent.filter(send_after__lte=timezone.now() - WORKER_GRACE).count()
    lines = (
        f"{alias}: {path_of(backend)}, queues {', '.join(sorted(backend.queues)) or 'any'}",
        f"mails that wait: {unsent.count()}",
    )
    minutes = int(WORKER_GRACE.total_seconds() // 60)
    problem = f"{overdue} mails are due for more than {minutes} minutes: is the task worker running?"
    return Topic(title, lines, (problem,) if overdue else ())


def _groups() -> Topic:
    lines, problems = [], []
    for name in GROUPS:
        group = Group.objects.filter(name=name).first()
        if group is None:
            problems.append(f"The group «{name}» is missing: {INSTALL}")
            continue
        lines.append(f"{name}: {group.user_set.count()} people")
        if lacking := missing_permissions(group):
            problems.append(f"«{name}» lacks {', '.join(lacking)}: {INSTALL}")
    return Topic("Groups", tuple(lines), tuple(problems))


def _branches() -> Topic:
    central = BranchOperator.objects.filter(branch__isnull=True).count()
    lines = [
        f"{branch.code} {branch.name}: {branch.operators.count()} operators"
        for branch in Branch.objects.filter(is_active=True).order_by("code")
    ]
    problems = () if lines else ("There is no branch: run manage.py add_branch CODE NAME",)
    return Topic("Branches", (*lines, f"central office: {central} people"), problems)


__all__ = ["HOOK", "Topic", "named", "path_of", "system_messages", "topics"]
