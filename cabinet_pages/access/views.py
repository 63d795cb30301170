"""Views beside allauth's: the profile, the language, the link sent again, the admin's gate, colleagues' access."""

from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.stages import EmailVerificationStage, LoginStageController
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from cabinet_pages.access.forms import NotificationsForm, ProfileForm, RevocationForm
from cabinet_pages.access.language import keep_language
from cabinet_pages.access.models import Person, Role
from cabinet_pages.access.queries import colleagues_of, scope_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import change_profile, revoke_access
from cabinet_pages.access.services import set_language as remember_language
from cabinet_pages.notifications.choices import matrix_of

private = cache_control(private=True, no_store=True, no_cache=True, must_revalidate=True, max_age=0)


@private
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, phone, language and notifications of the person, and the way to the password and the sessions."""
    user: Any = request.user
    person = Person.objects.filter(user_id=user.pk).first()
    initial = {
        "first_name": person.first_name if person else getattr(user, "first_name", ""),
        "last_name": person.last_name if person else getattr(user, "last_name", ""),
        "phone": person.phone if person else "",
        "language": (person.language if person else "") or translation.get_language(),
    }
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, initial=initial)
    notifications = NotificationsForm(data, matrix=matrix_of(user))
    if form.is_valid() and notifications.is_valid():
        change_profile(user=user, wanted=notifications.wanted, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile is saved."))
        response = redirect("cabinet_profile")
        keep_language(response, form.cleaned_data["language"])
        return response
    return render(
        request,
        "cabinet_pages/access/profile.html",
        {"form": form, "notifications": notifications, "person": person},
        status=422 if form.is_bound else 200,
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: to this browser by a cookie, to a signed-in person by the profile."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("cabinet_landing")
    response = redirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        keep_language(response, language)
        if request.user.is_authenticated:
            remember_language(user=request.user, language=language)
    return response


@require_POST
def resend_verification(request: HttpRequest) -> HttpResponse:
    """Send the activation link again to whoever just signed up or gave the right password; all get one answer."""
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    if stage is None:
        messages.info(request, _("Enter your login and password again, and the link will be sent."))
        return redirect("account_login")
    if send_verification_email_at_login(request, stage.login):
        messages.success(request, _("The link has been sent again. Check your mailbox."))
    else:
        messages.info(request, _("The link was sent less than a minute ago. Check your mailbox, the Spam folder too."))
    return redirect("account_email_verification_sent")


@private
def staff_gate(request: HttpRequest) -> HttpResponse:
    """In place of Wagtail's login: anonymous people sign in as everybody does, customers are told so, staff pass."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        if target != reverse("wagtailadmin_home"):
            # A form that was sent after the session had ended is gone with its file, and nobody would say so.
            messages.info(request, _("Sign in to go on. What you have just sent was not received: send it again."))
        return redirect_to_login(target, reverse("account_login"))
    if request.user.has_perm("wagtailadmin.access_admin"):
        return redirect(target)
    # Wagtail left a complaint of its own; the page says it better, so it is taken from the queue and not shown.
    list(messages.get_messages(request))
    return render(request, "cabinet_pages/access/staff_only.html", status=403)


@private
def page_login(request: HttpRequest) -> HttpResponse:
    """In place of Wagtail's login for private pages: the one login counts tries and asks for the second factor."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("cabinet_landing")
    return redirect_to_login(target, reverse("account_login"))


@private
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_access(request: HttpRequest, number: str) -> HttpResponse:
    """«Доступ»: an owner sees who else may open the account, and takes it away. A foreign account is an absent one."""
    scope = scope_for(request.user, number)
    if scope is None or scope.role != Role.OWNER:
        raise Http404
    colleagues = list(colleagues_of(scope, request.user))
    form = RevocationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = next((access for access in colleagues if access.pk == form.cleaned_data["access"]), None)
        if chosen is None:
            raise Http404
        return _revoke(request, chosen, form.cleaned_data["reason"], number)
    return render(
        request,
        "cabinet_pages/access/account_access.html",
        {
            "scope": scope,
            "account": scope.account,
            "colleagues": colleagues,
            "form": form,
            "chosen": request.POST.get("access", ""),
        },
        status=422 if form.is_bound else 200,
    )


def _revoke(request: HttpRequest, access: Any, reason: str, number: str) -> HttpResponse:
    try:
        revoke_access(by=request.user, access=access, reason=reason)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The access is closed."))
    return redirect("cabinet_access", number=number)
