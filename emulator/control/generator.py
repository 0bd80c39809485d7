"""Fills a sandbox with orders of many kinds and ages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from ..domain import refusals
from ..domain.case import make_id
from ..domain.order import Order
from ..domain.refusals import Refused
from ..domain.words import Position
from ..lives.leading import Chance, Patience, company, counted
from ..lives.scripts import CURRENCIES, USUAL, WARES
from ..replies import NOBODY, UNCONDITIONAL, Answer, Conditions
from ..service import now_of, sandbox_engine
from ..store import worlds
from ..store.database import Database, Session
from ..store.orders import Batch, Sandbox
from ..store.traders import Shop, Traders, find_traders, number_on, open_earlier
from .access import find, find_locked

USUAL_OLDEST = timedelta(days=120)
# However long ago somebody wishes: no order is placed before.
FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
ROWS_OF_AN_ORDER = 30
# Who buys more than one.
SHARE_OF_MANY = 0.15


@dataclass(frozen=True, slots=True)
class Load:
    """How many orders, how often each position comes (None: a usual mix), how old the oldest are, and what is drawn from."""

    orders: int
    mix: Mapping[str, int] | None = None
    oldest: timedelta | None = None
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """All that orders are drawn from but the wish. Two are alike if nothing has happened in between that a draw depends on."""

    sandbox: Sandbox
    traders: Traders
    now: datetime = field(compare=False)


@dataclass(slots=True)
class Drawn:
    """Orders that have been drawn and are not written yet, and what they change about those who trade."""

    batch: Batch
    stand: Counter[Position]
    serials: dict[str, int]
    oldest: dict[str, datetime]


class Generator:
    """Draws orders and writes them into sandboxes."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def load(self, sandbox_id: str, wish: Load, conditions: Conditions = UNCONDITIONAL) -> Answer:
        """Make orders; raises Refused. The same sandbox, wish and time give the same orders."""
        mix = _weights(wish)
        wanted = _apportioned(wish.orders, mix)
        ground = _survey(self._db.reading, find(self._db.reading, sandbox_id).sandbox)
        # Drawing takes longest, so nobody is kept waiting for it; where the ground has moved meanwhile, it is done again.
        drawn = _draw(ground, wish, wanted)
        with self._db.writing() as session:
            sandbox = find_locked(session, sandbox_id).sandbox
            conditions.replay(session, sandbox.world, NOBODY, now_of(session, sandbox))
            here = _survey(session, sandbox, lock=True)
            if here != ground:
                ground, drawn = here, _draw(here, wish, wanted)
            world = ground.sandbox.world
            drawn.batch.flush(session)
            number_on(session, world, drawn.serials)
            open_earlier(session, world, drawn.oldest)
            # Whoever brings many rows takes as many away, if there are any that nobody sees.
            worlds.sweep(session, wish.orders * ROWS_OF_AN_ORDER)
            positions = {position.value: drawn.stand[position] for position in Position if mix[position] or drawn.stand[position]}
            answer = Answer({"orders": wish.orders, "positions": positions}, ground.now, location=f"/_emulator/sandboxes/{sandbox_id}")
            return conditions.keep(session, world, NOBODY, ground.now, answer)


def _survey(session: Session, sandbox: Sandbox, lock: bool = False) -> Ground:
    """Who can trade in a sandbox, and when; raises Refused where nobody can."""
    traders = find_traders(session, sandbox.world, lock)
    if not traders.buyers or not traders.shops:
        raise Refused(refusals.NOTHING_TO_TRADE)
    return Ground(sandbox, traders, now_of(session, sandbox))


def _weights(wish: Load) -> dict[Position, int]:
    """How often each position shall come; raises Refused where none shall."""
    mix = USUAL if wish.mix is None else {Position(name): weight for name, weight in wish.mix.items()}
    if not any(mix.values()):
        raise Refused(refusals.MALFORMED, errors={"mix": ["At least one position needs a weight of more than 0."]})
    return {position: mix.get(position, 0) for position in Position}


def _apportioned(orders: int, mix: Mapping[Position, int]) -> list[Position]:
    """The position of each order: of each kind as many as its weight gives, the rest to the largest remainders."""
    whole = sum(mix.values())
    shares = {position: divmod(orders * weight, whole) for position, weight in mix.items()}
    left = orders - sum(count for count, _ in shares.values())
    favoured = sorted(shares, key=lambda position: -shares[position][1])[:left]
    return [position for position, (count, _) in shares.items() for _ in range(count + (position in favoured))]


def _draw(ground: Ground, wish: Load, wanted: Sequence[Position]) -> Drawn:
    """Draw every order and lead it up to now."""
    sandbox, now = ground.sandbox, ground.now
    engine = sandbox_engine(sandbox)
    settings = engine.settings
    oldest = min(USUAL_OLDEST if wish.oldest is None else wish.oldest, now - FIRST_INSTANT)
    led_by = company(settings, max(0, int(oldest.total_seconds())))
    drawn = Drawn(Batch(sandbox.world, engine), Counter(), dict(ground.traders.buyers), {})
    patience = {
        shop.id: Patience(settings, [at for given, closed in shop.complaints if (at := counted(given, closed, settings, now)) is not None])
        for shop in ground.traders.shops
    }
    # What buyers have numbered so far tells this load from the one before it.
    root = f"{sandbox.seed}/{wish.seed or ''}/{sum(drawn.serials.values())}"
    for place, position in enumerate(_shuffled(wanted, Random(root).random)):
        chance = Random(f"{root}/{place}").random
        order, shop = _order(ground, drawn.serials, chance)
        lived = led_by.live(engine, position, order, now, patience[shop.id], chance)
        drawn.batch.add_world(lived.steps, lived.past)
        drawn.stand[lived.position] += 1
        drawn.oldest[shop.id] = min(lived.times[0], drawn.oldest.get(shop.id, now))
    return drawn


def _order(ground: Ground, serials: dict[str, int], chance: Chance) -> tuple[Order, Shop]:
    """A new order: who buys what where, and for how much."""
    traders = ground.traders
    buyer = traders.buyers[int(chance() * len(traders.buyers))][0]
    shop = traders.shops[int(chance() * len(traders.shops))]
    title, low, high = WARES[int(chance() * len(WARES))]
    quantity = 1 + int(chance() < SHARE_OF_MANY) * (1 + int(chance() * 2))
    left = chance()
    currency, rate = CURRENCIES[0][0], CURRENCIES[0][2]
    for name, share, minor_for_a_cent in CURRENCIES:
        if left < share:
            currency, rate = name, minor_for_a_cent
            break
        left -= share
    total = round((low + chance() * (high - low)) * rate) * quantity
    serials[buyer] += 1
    order_id = make_id("ord", ground.sandbox.seed, buyer, serials[buyer])
    return Order(order_id, buyer, shop.seller, shop.id, title, quantity, total, currency), shop


def _shuffled(positions: Sequence[Position], chance: Chance) -> list[Position]:
    """The same in another order. Only `random` itself gives the same on every Python, so it is done by hand."""
    mixed = list(positions)
    for last in range(len(mixed) - 1, 0, -1):
        other = int(chance() * (last + 1))
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed
