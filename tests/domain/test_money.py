from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.domain.money import PLACES, Money, MoneyError, format_amount, parse_money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("47.00", "USD", 4700),
        ("47", "USD", 4700),
        ("47.5", "USD", 4750),
        ("0.01", "USD", 1),
        ("-3.20", "USD", -320),
        ("4700", "JPY", 4700),
        ("1.234", "KWD", 1234),
        ("007.00", "USD", 700),
        ("999999999999.99", "USD", 99999999999999),
    ],
)
def test_an_amount_is_read_in_the_currencys_own_places(text: str, currency: str, minor: int) -> None:
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", " ", "47.", ".5", "47,00", "1e2", "1e400", "NaN", "Infinity", "+1", "--1", "0x10", "1_000", "٤٧", "1 ", "47.00\n", "1" * 13],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyError, match="Not an amount"):
        parse_money(text, "USD")


def test_more_places_than_the_currency_has_are_refused_even_if_they_are_noughts() -> None:
    for text, currency in (("47.001", "USD"), ("47.000", "USD"), ("1.0", "JPY"), ("1.2345", "KWD")):
        with pytest.raises(MoneyError, match="decimal places"):
            parse_money(text, currency)


def test_an_unknown_currency_is_refused() -> None:
    for currency in ("", "usd", "XXX", "US", "USDT"):
        with pytest.raises(MoneyError, match="not a currency"):
            parse_money("1.00", currency)


@pytest.mark.parametrize(
    ("minor", "currency", "text"), [(4700, "USD", "47.00"), (5, "USD", "0.05"), (-5, "USD", "-0.05"), (0, "USD", "0.00"), (0, "JPY", "0")]
)
def test_an_amount_is_shown_with_exactly_its_places(minor: int, currency: str, text: str) -> None:
    assert format_amount(minor, currency) == text


@given(minor=st.integers(-(10**13), 10**13), currency=st.sampled_from(sorted(PLACES)))
def test_what_is_shown_reads_back_to_the_same(minor: int, currency: str) -> None:
    text = format_amount(minor, currency)
    if len(text.lstrip("-").split(".")[0]) <= 12:
        assert parse_money(text, currency).minor == minor
