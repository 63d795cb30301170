"""Addresses of the exchange outside the admin; a site includes them: `path("", include("imports.urls"))`."""

from django.urls import include, path

urlpatterns = [path("", include("imports.push.urls"))]
