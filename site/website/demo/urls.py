"""The demo's own pages; included only where DEMO_ENABLED is set."""

from django.urls import path

from website.demo import views
from website.demo.bank import views as bank

urlpatterns = [
    path("mail/", views.mailbox, name="demo_mailbox"),
    path("mail/<uuid:uuid>/", views.mail, name="demo_mail"),
    path("bank/<str:reference>/", bank.payment_page, name="demo_bank_payment"),
    path("bank/<str:reference>/notices/<int:number>/", bank.send_notice, name="demo_bank_notice"),
]
