"""Addresses of the push, for a site to include: `path("", include("imports.push.urls"))`."""

from django.urls import path

from imports.push.views import push, pushed

urlpatterns = [
    path("api/imports/<int:batch_id>/", pushed, name="imports_pushed"),
    path("api/imports/<str:kind>/", push, name="imports_push"),
]
