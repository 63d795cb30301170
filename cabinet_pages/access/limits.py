"""How often a person and an address may try; counted in the shared cache by allauth's limiter."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

# Beside the tries of each code, which the database counts: these bound guesses over many codes and many people.
RATES = {
    "activation_code": "10/h/user,20/h/ip",
    "access_request": "20/h/user,60/h/ip",
}


def is_allowed(request: HttpRequest, action: str) -> bool:
    """Count one try of a signed-in person at an action of RATES; False when there were too many."""
    return ratelimit.consume(request, app="cabinet_pages", action=action, config=RATES) is not None
