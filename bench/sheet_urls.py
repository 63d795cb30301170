"""The addresses of the site with the bare views of `bench.sheet` before them."""

from django.urls import path

from bench.sheet import bare_view
from website.urls import urlpatterns as of_site

urlpatterns = [path("bare/sheet/", bare_view), *of_site]
