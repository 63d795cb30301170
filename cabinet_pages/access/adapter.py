"""allauth's adapter: mails go through the outbox, so a dead mail server neither fails a page nor tells who exists."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage, EmailMultiAlternatives

from cabinet_pages.notifications.services import post_mail


class CabinetAccountAdapter(DefaultAccountAdapter):
    """allauth with our outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox in the present transaction."""
        message: EmailMessage = self.render_mail(template_prefix, email, context)
        html = ""
        if isinstance(message, EmailMultiAlternatives) and message.alternatives:
            html = str(message.alternatives[0].content)
        post_mail(
            event_key=f"account:{uuid4()}",
            to=email,
            subject=str(message.subject),
            text=str(message.body),
            html=html,
        )
