#!/usr/bin/env bash
#
# S27 · A second parcel, and the days to wait for it
# In the documents: 003:L44
#
# The first parcel is lost, and this seller knows how it is done: he sends another while the dispute is
# open, with a number that moves, and puts days on the timer without being begged. Then the buyer may cancel
# with an easy mind. It is the one reshipment in this collection that ends well.
#
# One tale:
#   1. replaced, extended, cancelled (standard)
#
# To play it: start an emulator (make run), then clients/curl/S27-a-second-parcel-and-the-days-to-wait-for-it.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S27.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 1: replaced, extended, cancelled · standard ═══════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 13 January 2026, 13:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S27 replaced, extended, cancelled",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-13T13:30:00Z",
    "frozen": true,
    "seed": "S27 replaced, extended, cancelled"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 86.00 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Running shoes, trail", "quantity": 1},
    "total": {"amount": "86.00", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 15 January 2026, 13:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LN118800427CN"}' |
  expect 200

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
SHIPPED_ORDER_DELIVERY_DUE_AT=$(pick delivery_due_at)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-03-16T13:30:00Z

# 50 days pass; it is 6 March 2026, 13:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P50D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "86.00", "currency": "USD"},
    "explanation": "The first pair seems to have run off on its own."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 7 March 2026, 13:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller sends a replacement parcel; it closes nothing (ORD-9).
# A second pair leaves, with the dispute still open.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/send-replacement" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LN118855019CN", "carrier": "Post Air"}' |
  expect 200

# It closes nothing, and nobody said it would. The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute's history.
curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 next_cursor=null 'data.*.action~send_replacement'

# 3 days pass; it is 10 March 2026, 13:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The seller extends buyer protection; a window that had passed opens again (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 45}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-04-30T13:30:00Z "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# Number checked, days checked: cancel.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "valid_tracking_received",
    "comment": "The new number has left the country and the timer is good until the end of April.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# 12 days pass; it is 22 March 2026, 13:30.
# The old end of the protection goes by without notice.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P12D"}' |
  expect 200 'fired=[]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=awaiting_confirmation \
    protection_ends_at=2026-04-30T13:30:00Z \
    'allowed_actions.*.action~open_dispute'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
