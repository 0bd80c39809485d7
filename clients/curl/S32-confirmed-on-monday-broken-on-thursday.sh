#!/usr/bin/env bash
#
# S32 · Confirmed on Monday, broken on Thursday
# In the documents: 000:L209
#
# The buyer confirms as soon as he is asked to, and the seller is paid. Some days later the thing stops
# working. The order is finished, but not out of reach: within fifteen days of the confirmation it may be
# disputed, the payout is held, and what is agreed comes out of it.
#
# Tales:
#   1. disputed inside the fifteen days (standard, legacy)
#   2. held for nothing (standard)
#
# To play it: start an emulator (make run), then clients/curl/S32-confirmed-on-monday-broken-on-thursday.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S32.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: disputed inside the fifteen days · standard, legacy ════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 30 March 2026, 06:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S32 disputed inside the fifteen days",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-03-30T06:30:00Z",
      "frozen": true,
      "seed": "S32 disputed inside the fifteen days"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 88.20 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Electric kettle with thermometer", "quantity": 1},
      "total": {"amount": "88.20", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RK220917765CN"}' |
    expect 200

  # 7 days pass; it is 6 April 2026, 06:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P7D"}' |
    expect 200 'fired=[]'

  # The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 88.20 USD
  # escrow → seller.
  # He confirms while it is still on a truck, to be nice.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished confirmed_at=2026-04-06T06:30:00Z dispute_window_ends_at=2026-04-21T06:30:00Z

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=88.20

  # 3 days pass; it is 9 April 2026, 06:30.
  # It comes, it boils three times, and stops.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer uploads thermometer.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ANYYSyjCoptjAD101UNfM7DmANl+kMgz7u5SAIY8ipQaUQknAPYX0w2/JYxMALi2lBASmc3EAHlwDOL3+YgzAKW/Xxsc5OnbaQwgW2FD6QUAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=thermometer.png' |
    expect 201
  THERMOMETER_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8). Money: 88.20 USD seller → hold.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "60.00", "currency": "USD"},
      "explanation": "Three boils and it was over. The thermometer still shows ninety degrees.",
      "evidence": ["'"$THERMOMETER_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The seller's payout for this order is put on hold. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 held.USD.amount=88.20

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 2 days pass; it is 11 April 2026, 06:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "Three boils is three boils.",
      "solution": {"remedy": "refund", "amount": {"amount": "30.15", "currency": "USD"}}
    }' |
    expect 200

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer accepts the seller's refund, for good; the rest is the seller's (ACC-1). Money: 30.15 USD hold →
  # refunding; 58.05 USD hold → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # 30.15 is taken back out of it; the rest is released. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=accepted_by_buyer 'compensation={"amount": "30.15", "currency": "USD"}'

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=58.05 held.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 15 days pass; it is 26 April 2026, 06:30.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 30.15 USD refunding → refunded.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P15D"}' |
    expect 200 'fired.*.rule=["PAY-1"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'compensation={"amount": "30.15", "currency": "USD"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=30.15

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=58.05 held.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: held for nothing · standard ════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 30 March 2026, 06:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S32 held for nothing",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-03-30T06:30:00Z",
    "frozen": true,
    "seed": "S32 held for nothing"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 88.20 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Electric kettle with thermometer", "quantity": 1},
    "total": {"amount": "88.20", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RK220917779CN"}' |
  expect 200

# 10 days pass; it is 9 April 2026, 06:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P10D"}' |
  expect 200 'fired=[]'

# The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 88.20 USD
# escrow → seller.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
  expect 200

# 14 days pass; it is 23 April 2026, 06:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P14D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8). Money: 88.20 USD seller → hold.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "defective",
    "remedy": "refund",
    "amount": {"amount": "60.00", "currency": "USD"},
    "explanation": "It does not boil."
  }' |
  expect 201
DISPUTE=$(pick id)

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 held.USD.amount=88.20

# A day passes; it is 24 April 2026, 06:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller refuses, and may propose something else (SELL-2).
# The seller asks a question.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"reason": "Have you plugged it in?"}' |
  expect 200

# A day passes; it is 25 April 2026, 06:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer cancels after the window has closed: the order finishes and the seller has all the money
# (CAN-4). Money: 88.20 USD hold → seller.
# The answer is short. The fifteen days, meanwhile, are over.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"reason": "filed_by_mistake", "comment": "Ah.", "confirm": true}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The buyer tries to open a dispute.
# Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "defective",
    "remedy": "refund",
    "amount": {"amount": "60.00", "currency": "USD"},
    "explanation": "The socket works. The kettle does not."
  }' |
  expect 409 code=window_closed rule=OPEN-2

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
  expect 200 balance.USD.amount=88.20 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
