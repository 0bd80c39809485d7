"""A client for dispute-emulator.

    with Emulator("http://127.0.0.1:8080") as emulator, emulator.sandbox(world="empty") as sandbox:
        lamp = {"title": "Lamp", "quantity": 1}
        order = sandbox.buyer.place_order(store=sandbox.seller.store, item=lamp, total=usd("64.00"))

`Emulator` is for plain code and `AsyncEmulator` for code with `async`; they have the same methods, one for every call of the contract.
What the emulator refuses raises `Refused`; the tree of errors is drawn in `errors`. What it answers are the dataclasses of `models`.
"""

from __future__ import annotations

from . import models, words
from .asynchronous.account import AsyncAccount, AsyncSeller
from .asynchronous.clock import AsyncClock
from .asynchronous.emulator import AsyncEmulator
from .asynchronous.pages import AsyncPages
from .asynchronous.sandbox import AsyncSandbox
from .errors import (
    Broken,
    BrokenOff,
    Changed,
    Conflict,
    EmulatorError,
    Foreign,
    Malformed,
    NotFound,
    Refused,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnknownToken,
    Unreachable,
    WrongRole,
    WrongType,
)
from .models import *  # noqa: F403 # every answer
from .money import Money, usd
from .synchronous.account import Account, Seller
from .synchronous.clock import Clock
from .synchronous.emulator import Emulator
from .synchronous.pages import Pages
from .synchronous.sandbox import Sandbox
from .values import as_json
from .words import *  # noqa: F403 # every word in them

__all__ = [
    "Account",
    "AsyncAccount",
    "AsyncClock",
    "AsyncEmulator",
    "AsyncPages",
    "AsyncSandbox",
    "AsyncSeller",
    "Broken",
    "BrokenOff",
    "Changed",
    "Clock",
    "Conflict",
    "Emulator",
    "EmulatorError",
    "Foreign",
    "Malformed",
    "Money",
    "NotFound",
    "Pages",
    "Refused",
    "Sandbox",
    "Seller",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "UnknownToken",
    "Unreachable",
    "WrongRole",
    "WrongType",
    "as_json",
    "usd",
]
__all__ += models.__all__
__all__ += words.__all__
