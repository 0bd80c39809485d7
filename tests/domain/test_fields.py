from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.domain import fields
from emulator.domain.fields import Field, FieldError, Kind, flatten, identifier, list_of, read_body, record, text, word
from emulator.domain.money import Money
from emulator.domain.rules import ACTIONS, BY_NAME
from emulator.domain.words import Reason, Remedy

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
SURROGATE = chr(0xD800)


def fault(kind: Kind, raw: Any) -> Any:
    with pytest.raises(FieldError) as caught:
        kind.read(raw)
    return caught.value.errors


def test_a_text_has_a_length_and_no_control_characters() -> None:
    kind = text(5)
    assert kind.read("a\nb\t") == "a\nb\t"
    for raw in ("", "   ", "123456", "a\x00", "\x1b[1m", "a" + SURROGATE, "\x7f", 5, None, ["a"]):
        assert fault(kind, raw)


def test_a_word_is_one_of_its_vocabulary() -> None:
    kind = word(of=Reason)
    assert kind.read("damaged") is Reason.DAMAGED
    for raw in ("Damaged", "", None, 3, ["damaged"]):
        assert "Must be one of: not_received" in fault(kind, raw)
    assert kind.schema["enum"] == [str(reason.value) for reason in Reason]


def test_an_id_has_its_prefix_and_nothing_strange() -> None:
    kind = identifier("sol")
    assert kind.read("sol_abc") == "sol_abc"
    for raw in ("dsp_abc", "sol", "sol_ä", "sol_\n", "sol_" + "a" * 40, 7, None):
        assert fault(kind, raw)


def test_a_whole_number_is_neither_truth_nor_fraction_nor_beyond_all_bounds() -> None:
    assert fields.WHOLE.read(-5) == -5
    for raw in (True, 1.0, "1", None, 10**9 + 1, float("nan")):
        assert fault(fields.WHOLE, raw)
    for raw in (0, "true", None):
        assert fault(fields.YES_NO, raw)


def test_a_list_names_nothing_twice_and_has_an_end() -> None:
    kind = list_of(identifier("evd"), 2)
    assert kind.read(["evd_a", "evd_b"]) == ("evd_a", "evd_b")
    for raw in (["evd_a", "evd_a"], ["evd_a", "evd_b", "evd_c"], "evd_a", {"evd_a": 1}, [1]):
        assert fault(kind, raw)


def test_money_is_an_object_of_two_strings() -> None:
    assert fields.MONEY.read({"amount": "47.00", "currency": "USD"}) == Money(4700, "USD")
    assert fault(fields.MONEY, {"amount": 47, "currency": "USD"}) == {"amount": ["Must be a string."]}
    assert set(fault(fields.MONEY, {"amount": "47.001", "currency": "USD"})) == {"amount"}
    assert set(fault(fields.MONEY, {"amount": "1e400", "currency": "USD"})) == {"amount"}
    assert set(fault(fields.MONEY, {})) == {"amount", "currency"}
    assert fault(fields.MONEY, "47.00") == "Must be an object."


def test_a_body_names_every_fault_at_once() -> None:
    takes = BY_NAME["open_dispute"].takes
    with pytest.raises(FieldError) as caught:
        read_body(takes, {"reason": "sad", "amount": {"amount": "x", "currency": "USD"}, "mood": 1})
    assert set(caught.value.errors) == {"reason", "amount", "mood", "remedy", "explanation"}
    assert caught.value.errors["mood"] == ["Unknown field."]
    assert caught.value.errors["remedy"] == ["Missing data for required field."]


def test_a_solution_inside_a_refusal_is_seen_as_if_it_stood_in_the_body() -> None:
    body = {"reason": "no", "solution": {"remedy": "refund", "amount": {"amount": "1.00", "currency": "USD"}}}
    assert read_body(BY_NAME["refuse"].takes, body) == {"reason": "no", "remedy": Remedy.REFUND, "amount": Money(100, "USD")}
    assert read_body(BY_NAME["refuse"].takes, {"reason": "no"}) == {"reason": "no"}
    with pytest.raises(FieldError) as caught:
        read_body(BY_NAME["refuse"].takes, {"reason": "no", "solution": {"amount": None}})
    assert set(caught.value.errors["solution"]) == {"remedy", "amount"}


def test_flattening_leaves_other_objects_alone() -> None:
    inner = record(Field("a", fields.WHOLE, "."))
    assert flatten((Field("x", inner, "."), Field("y", inner, ".", flat=True)), {"x": {"a": 1}, "y": {"a": 2}}) == {"x": {"a": 1}, "a": 2}


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
def test_no_two_fields_of_an_action_fall_together_when_flattened(action: str) -> None:
    names = [f.name for f in BY_NAME[action].takes if not f.flat]
    inner = [name for f in BY_NAME[action].takes if f.flat for name in f.kind.schema["properties"]]
    assert len(set(names + inner)) == len(names + inner)


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
@given(raw=JSON)
def test_whatever_json_comes_is_read_or_refused_and_never_breaks(action: str, raw: Any) -> None:
    takes = BY_NAME[action].takes
    for body in (raw, {f.name: raw for f in takes}):
        with suppress(FieldError):
            read_body(takes, body)
