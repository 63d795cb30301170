"""How often a person and an address may try; counted in the shared cache by allauth's limiter."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

# Beside the tries of each code, which the database counts: these bound guesses over many codes and many people.
RATES = {
    "activation_code": "10/h/user,20/h/ip",
    "access_request": "20/h/user,60/h/ip",
    # Beside the one that may be made at a time: rendering is the worker's time, which others wait for.
    "archive": "30/h/user",
    "online_payment": "60/h/user",
    # Every file is kept, and costs the worker a check.
    "counter_signature": "30/h/user,120/h/ip",
    # Anybody may check a receipt without signing in; its address cannot be guessed, this bounds the work.
    "receipt_check": "60/5m/ip",
    # A calendar program asks every few minutes at most; an office may have many behind one address.
    "calendar_feed": "120/5m/ip",
}
# Actions that only look; the limiter counts GET only where it is told to.
OF_GET = frozenset({"receipt_check", "calendar_feed"})


def is_allowed(request: HttpRequest, action: str) -> bool:
    """Count one try at an action of RATES, of a signed-in person where it counts people; False after too many."""
    counted = ratelimit.consume(request, app="cabinet_pages", action=action, config=RATES, limit_get=action in OF_GET)
    return counted is not None
