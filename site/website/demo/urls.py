"""The demo's own pages; included only where DEMO_ENABLED is set."""

from django.urls import path

from website.demo import views

urlpatterns = [
    path("mail/", views.mailbox, name="demo_mailbox"),
    path("mail/<uuid:uuid>/", views.mail, name="demo_mail"),
]
