#!/usr/bin/env bash
#
# S24 · The number that was missing
# In the documents: 000:L7
#
# Shipped, says the order, and gives no number to prove it. Sweet words are not a tracking number, so the
# buyer opens a dispute and watches what the seller does. He does the right thing: a number appears, the
# number moves, the parcel comes, and the dispute has done its work.
#
# Tales:
#   1. given while the dispute is open (standard)
#   2. by the older book, with more patience (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S24-the-number-that-was-missing.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S24.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: given while the dispute is open · standard ═════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 6 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S24 given while the dispute is open",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-05-06T17:00:00Z",
    "frozen": true,
    "seed": "S24 given while the dispute is open"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 22.15 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Guitar strings, three sets", "quantity": 3},
    "total": {"amount": "22.15", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 3 days pass; it is 9 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
# Shipped, allegedly.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" -H "Authorization: Bearer $SELLER" |
  expect 200

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
SHIPPED_ORDER_PROTECTION_ENDS_AT=$(pick protection_ends_at)

# 2 days pass; it is 11 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "It is sent, believe me, the post here gives no numbers on Saturdays."
  }' |
  expect 201

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# The buyer opens a dispute and waits to see what that does.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "no_tracking",
    "remedy": "refund",
    "amount": {"amount": "22.15", "currency": "USD"},
    "explanation": "No number on Saturday, none on Sunday, none today."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 reason=no_tracking

# A day passes; it is 12 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller gives or corrects the tracking number (ORD-4).
# It does this.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/correct-tracking" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RG118274405CN", "carrier": "Post Air"}' |
  expect 200

# A number alone ends nothing; the buyer watches it move. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 tracking.length=1 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# 9 days pass; it is 21 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P9D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "valid_tracking_received",
    "comment": "Number, parcel, strings: all there.",
    "confirm": true
  }' |
  expect 200

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=awaiting_confirmation \
    "protection_ends_at=$SHIPPED_ORDER_PROTECTION_ENDS_AT" \
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


# ══ Tale 2 of 2: by the older book, with more patience · legacy ═════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 6 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S24 by the older book, with more patience",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-05-06T17:00:00Z",
    "frozen": true,
    "seed": "S24 by the older book, with more patience"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 22.15 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Guitar strings, three sets", "quantity": 3},
    "total": {"amount": "22.15", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 3 days pass; it is 9 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" -H "Authorization: Bearer $SELLER" |
  expect 200

# 2 days pass; it is 11 May 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# A missing number is not a complaint yet; a missing parcel will be.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "no_tracking",
    "remedy": "refund",
    "amount": {"amount": "22.15", "currency": "USD"},
    "explanation": "No number on Saturday, none on Sunday, none today."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# 44 days pass; it is 24 June 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P44D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "no_tracking",
    "remedy": "refund",
    "amount": {"amount": "22.15", "currency": "USD"},
    "explanation": "Forty-six days, and not one digit."
  }' |
  expect 201
DISPUTE=$(pick id)

# The seller gives or corrects the tracking number (ORD-4).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/correct-tracking" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RG118274405CN"}' |
  expect 200

# 3 days pass; it is 27 June 2026, 17:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 22.15 USD escrow → seller.
# Cancelled; and in this book that closes the order.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "valid_tracking_received",
    "comment": "It came.",
    "confirm": true
  }' |
  expect 200

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled status=closed

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=22.15

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
