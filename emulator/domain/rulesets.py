"""The settings of a sandbox (rulebook, section 13), and the two rulesets that ship.

`standard` follows document 003 where it speaks and else 000 L1-176; `legacy` follows the other reading, 000 L178-243. Where the
documents disagree a setting decides, so a sandbox can take either side of any single disagreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

MAX_DAYS = 3650
MAX_COUNT = 1_000_000


class SettingsError(ValueError):
    """Settings that cannot be; `errors` maps each setting's name to what is wrong with it."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items()))
        self.errors = errors


def _days(default: int, source: str, says: str, least: int = 1) -> int:
    meta = {"kind": "days", "least": least, "most": MAX_DAYS, "source": source, "says": says}
    value: int = field(default=default, metadata=meta)
    return value


def _count(default: int, source: str, says: str, least: int = 0) -> int:
    meta = {"kind": "count", "least": least, "most": MAX_COUNT, "source": source, "says": says}
    value: int = field(default=default, metadata=meta)
    return value


def _yes_no(default: bool, source: str, says: str) -> bool:
    value: bool = field(default=default, metadata={"kind": "yes_no", "source": source, "says": says})
    return value


def _choice(default: str, others: tuple[str, ...], source: str, says: str) -> str:
    meta = {"kind": "choice", "choices": (default, *others), "source": source, "says": says}
    value: str = field(default=default, metadata=meta)
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """One value for every setting; the defaults are the ruleset `standard`. Days are of 24 hours unless called business days."""

    processing_days: int = _days(7, "ours", "How long the seller has to ship.")
    delivery_days: int = _days(45, "ours", "When delivery is due after shipping, unless the seller names fewer days.")
    protection_days: int = _days(60, "ours", "How long buyer protection lasts after shipping.")
    protection_end_closes_dispute: bool = _yes_no(
        False, "000:L170; against 000:L21", "Whether the end of protection closes a dispute still under negotiation."
    )
    dispute_days_after_receipt: int = _days(15, "003:L80", "How long a received order may be disputed.")
    receipt_means: str = _choice(
        "confirmed", ("delivered",), "003:L80", "What counts as receipt: the buyer's confirmation or the carrier's delivery."
    )
    dispute_days_after_protection: int = _days(
        0, "000:L57; against 000:L215", "How long the window to dispute outlasts buyer protection.", least=0
    )
    tracking_reasons_from: str = _choice(
        "shipped", ("delivery_due",), "000:L7, L35; against 000:L180, L236", "From when a dispute about tracking may be opened."
    )
    edits_max: int = _count(4, "003:L61", "How many edits a dispute has.")
    edit_in_claim: bool = _yes_no(False, "000:L82", "Whether the buyer may still edit once the claim is open.")
    negotiation_days: int = _days(15, "000:L82; against 000:L199", "How long the sides may negotiate before the dispute escalates.")
    cancel_while_mediating: str = _choice(
        "withdraw",
        ("cancel_claim", "refuse"),
        "003:L30; against 000:L105, L199, L219",
        "What cancelling the dispute does while the platform mediates.",
    )
    cancel_closes_order: bool = _yes_no(
        False, "003:L15; against 000:L180, L223", "Whether cancelling a dispute closes the order and pays the seller."
    )
    reopen_after_cancel: bool = _yes_no(True, "003:L35; against 000:L180, L223", "Whether a new dispute may follow a cancelled one.")
    answer_business_days: int = _days(7, "000:L93", "Business days a side has to answer the mediator.")
    appeal_days: int = _days(
        0, "000:L80; against 000:L199, L223", "How long the end of a dispute may be appealed; 0: it is final.", least=0
    )
    appeal_after_cancel: bool = _yes_no(False, "000:L219; against 000:L223", "Whether a dispute that the buyer cancelled may be appealed.")
    refund_business_days: tuple[int, int] = field(
        default=(7, 10),
        metadata={
            "kind": "range",
            "least": 1,
            "most": MAX_DAYS,
            "source": "000:L118",
            "says": "Business days a refund takes: fewest and most.",
        },
    )
    return_ship_days: int = _days(10, "ours", "How long the buyer has to send the goods back.")
    return_confirm_days: int = _days(15, "ours", "How long the seller has to confirm or contest a delivered return.")
    return_transit_days: int = _days(45, "ours", "How long after sending the return counts as confirmed against the seller.")
    replacement_ship_days: int = _days(15, "ours", "How long the seller has to send the replacement.")
    replacement_confirm_days: int = _days(60, "ours", "When a replacement counts as confirmed.")
    store_close_count: int = _count(10, "000:L27, number ours", "How many disputes about the goods close a store.", least=1)
    store_close_days: int = _days(90, "000:L27, number ours", "Within how many days they must fall.")
    store_close_counts: str = _choice(
        "opened", ("marks",), "000:L27", "What is counted: disputes opened and not cancelled, or marks alone."
    )
    holidays: tuple[date, ...] = field(
        default=(), metadata={"kind": "dates", "source": "-", "says": "Days that are no business days, as YYYY-MM-DD."}
    )


STANDARD = Settings()
LEGACY = replace(
    STANDARD,
    tracking_reasons_from="delivery_due",
    negotiation_days=7,
    cancel_while_mediating="refuse",
    cancel_closes_order=True,
    reopen_after_cancel=False,
    appeal_days=7,
    appeal_after_cancel=True,
)

RULESETS: Mapping[str, Settings] = {"standard": STANDARD, "legacy": LEGACY}

# Where `legacy` differs the documents support it here.
LEGACY_SOURCES: Mapping[str, str] = {
    "tracking_reasons_from": "000:L180, L236",
    "negotiation_days": "000:L199",
    "cancel_while_mediating": "000:L199, L219",
    "cancel_closes_order": "000:L180, L223",
    "reopen_after_cancel": "000:L180, L223",
    "appeal_days": "000:L199, L223",
    "appeal_after_cancel": "000:L223",
}


def build_settings(ruleset: str, overrides: Mapping[str, Any]) -> Settings:
    """The ruleset with single settings overridden; raises SettingsError, one message a wrong setting."""
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, raw in overrides.items():
        if name not in known:
            errors[name] = ["There is no such setting; GET /v1/rules lists them."]
            continue
        try:
            values[name] = _read(raw, known[name].metadata)
        except ValueError as problem:
            errors[name] = [str(problem)]
    if errors:
        raise SettingsError(errors)
    settings = replace(RULESETS[ruleset], **values)
    if contradictions := _contradictions(settings):
        raise SettingsError(contradictions)
    return settings


def dump_settings(settings: Settings) -> dict[str, Any]:
    """The settings as JSON shows them; `build_settings` reads them back."""
    shown: dict[str, Any] = {f.name: getattr(settings, f.name) for f in fields(Settings)}
    shown["refund_business_days"] = list(settings.refund_business_days)
    shown["holidays"] = [day.isoformat() for day in settings.holidays]
    return shown


def _contradictions(settings: Settings) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if settings.cancel_closes_order and settings.reopen_after_cancel:
        errors["cancel_closes_order"] = ["Contradicts reopen_after_cancel: a closed order cannot be disputed again. Set one of the two."]
    if settings.delivery_days > settings.protection_days:
        errors["delivery_days"] = ["Must not exceed protection_days: delivery falls due while the order is protected (ORD-5)."]
    return errors


def _read(raw: Any, meta: Mapping[str, Any]) -> Any:
    return _READERS[meta["kind"]](raw, meta)


def _read_whole(raw: Any, meta: Mapping[str, Any]) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError("Must be a whole number.")
    if not meta["least"] <= raw <= meta["most"]:
        raise ValueError(f"Must be from {meta['least']} to {meta['most']}.")
    return raw


def _read_yes_no(raw: Any, meta: Mapping[str, Any]) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("Must be true or false.")
    return raw


def _read_choice(raw: Any, meta: Mapping[str, Any]) -> str:
    if not isinstance(raw, str) or raw not in meta["choices"]:
        raise ValueError(f"Must be one of: {', '.join(meta['choices'])}.")
    return raw


def _read_range(raw: Any, meta: Mapping[str, Any]) -> tuple[int, int]:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise ValueError("Must be a list of two whole numbers: fewest and most.")
    low, high = (_read_whole(value, meta) for value in raw)
    if low > high:
        raise ValueError("The first number must not exceed the second.")
    return low, high


def _read_dates(raw: Any, meta: Mapping[str, Any]) -> tuple[date, ...]:
    if not isinstance(raw, list | tuple) or len(raw) > MAX_DAYS:
        raise ValueError(f"Must be a list of at most {MAX_DAYS} dates such as 2026-12-25.")
    days = set()
    for value in raw:
        try:
            days.add(date.fromisoformat(value))
        except (TypeError, ValueError):
            raise ValueError(f"{value!r} is no date such as 2026-12-25.") from None
    return tuple(sorted(days))


_READERS = {
    "days": _read_whole,
    "count": _read_whole,
    "yes_no": _read_yes_no,
    "choice": _read_choice,
    "range": _read_range,
    "dates": _read_dates,
}
