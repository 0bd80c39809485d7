"""An amount of money, exact to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency. The amount keeps the places it was given with: `Decimal("64.00")` stays `64.00`."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """Money from a number as people write it; raises ValueError where it is none, TypeError for a float, which is not exact."""
        if isinstance(amount, float):
            raise TypeError(f'Money is exact, and {amount!r} is a float: write it as a text, "{amount}".')
        try:
            number = Decimal(amount)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ValueError(f"{amount!r} is no amount of money.")
        return cls(number, currency)

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Self:
        return cls(Decimal(json["amount"]), json["currency"])

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def usd(amount: Decimal | str | int) -> Money:
    """US dollars, with their two places: `usd("45.00")`, `usd(45)`. Raises ValueError for a fraction of a cent, TypeError for a float."""
    money = Money.of(amount, "USD")
    cents = money.amount.quantize(Decimal("0.01"))
    if cents != money.amount:
        raise ValueError(f"A dollar has a hundred cents, and {money.amount} is not so many.")
    return Money(cents, "USD")
