"""Money as whole minor units. A currency has its own number of places; nothing here is ever a float."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# ISO 4217 codes a marketplace of this kind trades in, with their number of decimal places.
PLACES = {
    **dict.fromkeys(
        "AED AUD BRL CAD CHF CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KZT MXN MYR NGN NOK NZD PEN PHP PKR PLN RON "
        "RUB SAR SEK SGD THB TRY TWD UAH USD ZAR".split(),
        2,
    ),
    **dict.fromkeys("CLP JPY KRW PYG VND XAF XOF".split(), 0),
    **dict.fromkeys("BHD JOD KWD OMR TND".split(), 3),
}

# Twelve digits before the point keep every sum of a sandbox inside a signed 64-bit integer.
_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]+))?", re.ASCII)


class MoneyError(ValueError):
    """The text is not an amount of this currency; the message says why."""


class Money(NamedTuple):
    """So many minor units of a currency: 4700 USD is 47 dollars."""

    minor: int
    currency: str


def parse_money(amount: str, currency: str) -> Money:
    """Read a decimal string; raises MoneyError where it is none, is too long, or has too many places."""
    places = PLACES.get(currency)
    if places is None:
        raise MoneyError(f"{currency!r} is not a currency this emulator knows; use an ISO 4217 code such as USD.")
    match = _AMOUNT.fullmatch(amount)
    if match is None:
        raise MoneyError('Not an amount: write a decimal string such as "47.00", at most 12 digits before the point.')
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > places:
        raise MoneyError(f"{currency} has {places} decimal places, not {len(fraction)}.")
    minor = int(whole + fraction.ljust(places, "0"))
    return Money(-minor if sign else minor, currency)


@lru_cache(maxsize=4096)
def format_amount(minor: int, currency: str) -> str:
    """The decimal string with exactly the currency's places: 4700 USD is "47.00", 4700 JPY is "4700"."""
    places = PLACES[currency]
    if not places:
        return str(minor)
    digits = str(abs(minor)).rjust(places + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-places]}.{digits[-places:]}"
