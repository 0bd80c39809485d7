#!/usr/bin/env bash
#
# S26 · The wrong line of the list
# In the documents: 003:L46
#
# Two parcels, one broken spout, and a click on the wrong order. A strainer has no spout. The buyer cancels,
# nobody is worse off, and the right complaint goes to the right order.
#
# Tales:
#   1. filed, noticed, taken back (standard)
#   2. against an order already confirmed (standard)
#   3. by the older book (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S26-the-wrong-line-of-the-list.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S26.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: filed, noticed, taken back · standard ══════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 20 March 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S26 filed, noticed, taken back",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-03-20T21:05:00Z",
    "frozen": true,
    "seed": "S26 filed, noticed, taken back"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 14.90 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Tea strainer", "quantity": 1},
    "total": {"amount": "14.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 49.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Teapot, cast iron", "quantity": 1},
    "total": {"amount": "49.50", "currency": "USD"}
  }' |
  expect 201
TEAPOT_ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RT100200311CN"}' |
  expect 200

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$TEAPOT_ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RT100200325CN"}' |
  expect 200

# 18 days pass; it is 7 April 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P18D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$TEAPOT_ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# A complaint about a broken spout, filed against a tea strainer.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "10.00", "currency": "USD"},
    "explanation": "The spout is broken off."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'status_label=Dispute in Progress'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$TEAPOT_ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation dispute=null

# 20 minutes pass; it is 7 April 2026, 21:25.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT20M"}' |
  expect 200 'fired=[]'

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# Twenty minutes later he notices.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "filed_by_mistake",
    "comment": "Wrong order. I meant the teapot.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation 'status_label=Awaiting confirmation'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$TEAPOT_ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "30.00", "currency": "USD"},
    "explanation": "The spout is broken off. This time it is the teapot."
  }' |
  expect 201
TEAPOT_DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$TEAPOT_ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$TEAPOT_DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick protection_ends_at)

# 41 days, 23 hours and 40 minutes pass; it is 19 May 2026, 21:05.
# The teapot has gone to the mediator meanwhile. The strainer's clock never stopped; it runs out in peace.
# By itself (ESC-2): No agreement in time: the mediator takes over. By itself (ORD-6): The protection timer
# runs out with no dispute open: the order finishes and the seller is paid. Money: 14.90 USD escrow →
# seller.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired.*.rule=["ESC-2", "ORD-6"]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.90 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 3: against an order already confirmed · standard ══════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 20 March 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S26 against an order already confirmed",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-03-20T21:05:00Z",
    "frozen": true,
    "seed": "S26 against an order already confirmed"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 14.90 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Tea strainer", "quantity": 1},
    "total": {"amount": "14.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RT100200330CN"}' |
  expect 200

# 10 days pass; it is 30 March 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P10D"}' |
  expect 200 'fired=[]'

# The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 14.90 USD
# escrow → seller.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.90 held.USD.amount=0.00

# 2 days pass; it is 1 April 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8). Money: 14.90 USD seller → hold.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "10.00", "currency": "USD"},
    "explanation": "The spout is broken off."
  }' |
  expect 201
DISPUTE=$(pick id)

# The seller's money is put on hold for a spout he never sold. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 held.USD.amount=14.90

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3). Money:
# 14.90 USD hold → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "filed_by_mistake",
    "comment": "A strainer. I see.",
    "confirm": true
  }' |
  expect 200

# Back to where it was, money included. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 held.USD.amount=0.00 balance.USD.amount=14.90

# 60 days pass; it is 31 May 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P60D"}' |
  expect 200 'fired=[]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.90 held.USD.amount=0.00

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 3 of 3: by the older book · legacy ═════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 20 March 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S26 by the older book",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-03-20T21:05:00Z",
    "frozen": true,
    "seed": "S26 by the older book"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 14.90 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Tea strainer", "quantity": 1},
    "total": {"amount": "14.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 49.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Teapot, cast iron", "quantity": 1},
    "total": {"amount": "49.50", "currency": "USD"}
  }' |
  expect 201
TEAPOT_ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RT100200311CN"}' |
  expect 200

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$TEAPOT_ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RT100200325CN"}' |
  expect 200

# 18 days pass; it is 7 April 2026, 21:05.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P18D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$TEAPOT_ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# A complaint about a broken spout, filed against a tea strainer.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "10.00", "currency": "USD"},
    "explanation": "The spout is broken off."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'status_label=Dispute in Progress'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$TEAPOT_ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation dispute=null

# 20 minutes pass; it is 7 April 2026, 21:25.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT20M"}' |
  expect 200 'fired=[]'

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 14.90 USD escrow → seller.
# In the older book a slip of the finger closes the order.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "filed_by_mistake",
    "comment": "Wrong order. I meant the teapot.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.90

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$TEAPOT_ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "30.00", "currency": "USD"},
    "explanation": "The spout is broken off. This time it is the teapot."
  }' |
  expect 201

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$TEAPOT_ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.90 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
