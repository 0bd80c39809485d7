#!/usr/bin/env bash
#
# S17 · Never shipped
# In the documents: 000:L189, L215
#
# Some parcels are not late; they do not exist. If the seller does not ship in the time he has, the order
# dissolves and the money goes home. A buyer need not wait for that: until the parcel leaves he may cancel,
# and after it has left he may not.
#
# Tales:
#   1. the timer cancels (standard, legacy)
#   2. the buyer cancels (standard, legacy)
#   3. shipped at the last moment (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S17-never-shipped.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S17.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: the timer cancels · standard, legacy ═══════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 11 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S17 the timer cancels",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-11T06:00:00Z",
      "frozen": true,
      "seed": "S17 the timer cancels"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 18.25 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Fountain pen ink, violet", "quantity": 3},
      "total": {"amount": "18.25", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The buyer tries to open a dispute.
  # What has not been sent cannot be missing yet.
  # Refused (OPEN-1): An order can be disputed only after it ships. Cancel the order instead: it costs nothing
  # yet.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_received",
      "remedy": "refund",
      "amount": {"amount": "18.25", "currency": "USD"},
      "explanation": "Where is it?"
    }' |
    expect 409 code=not_shipped_yet rule=OPEN-1

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick processing_ends_at)

  # 7 days pass, but for a second; it is 18 May 2026, 05:59:59.
  # Seven days, and no parcel.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_shipment

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # A second passes; it is 18 May 2026, 06:00.
  # By itself (ORD-2): The processing time ends unshipped: the order is cancelled and refunded in full. Money:
  # 18.25 USD escrow → refunded.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["ORD-2"]'

  # Cancelled, and the money is back in the same instant. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=cancelled

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=18.25

  # 70 days pass; it is 27 July 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P70D"}' |
    expect 200 'fired=[]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=cancelled dispute=null

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=18.25

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 3: the buyer cancels · standard, legacy ═══════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 11 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S17 the buyer cancels",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-11T06:00:00Z",
      "frozen": true,
      "seed": "S17 the buyer cancels"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 4980 JPY outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Folding umbrella", "quantity": 1},
      "total": {"amount": "4980", "currency": "JPY"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 6 days pass; it is 17 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The seller takes more time to ship, again and again if he likes (ORD-2).
  # The seller gives himself more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-processing" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 5}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 processing_ends_at=2026-05-23T06:00:00Z

  # 5 days pass; it is 22 May 2026, 06:00.
  # The first date passes without effect.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The seller takes more time to ship, again and again if he likes (ORD-2).
  # And more.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-processing" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 10}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_shipment 'allowed_actions.*.action~cancel_order'

  # The buyer cancels before it ships; the refund is completed at once (ORD-3). Money: 4980 JPY escrow →
  # refunded.
  # It has stopped raining. The buyer cancels.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/cancel" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=cancelled

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.JPY.amount=4980

  # The seller looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $SELLER" |
    expect 200 status=cancelled 'allowed_actions.*.action!~ship'

  # 30 days pass; it is 21 June 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P30D"}' |
    expect 200 'fired=[]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=cancelled 'allowed_actions.*.action!~open_dispute'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.JPY.amount=4980

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 3: shipped at the last moment · standard, legacy ══════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 11 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S17 shipped at the last moment",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-11T06:00:00Z",
      "frozen": true,
      "seed": "S17 shipped at the last moment"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 18.25 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Fountain pen ink, violet", "quantity": 3},
      "total": {"amount": "18.25", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick processing_ends_at)

  # 7 days pass, but for a second; it is 18 May 2026, 05:59:59.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  # One second before the end the ink is on its way.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RU771003951CN"}' |
    expect 200

  # A second passes; it is 18 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired=[]'

  # The buyer tries to cancel an order that has not shipped.
  # What has left cannot be called back.
  # Refused (ORD-3): An order can be cancelled only until it ships. Once it has shipped, open a dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/cancel" -H "Authorization: Bearer $BUYER" |
    expect 409 code=order_not_cancellable rule=ORD-3

  # 12 days pass; it is 30 May 2026, 06:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P12D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 18.25 USD
  # escrow → seller.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer reviews the finished order (ORD-10).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/review" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"stars": 4, "text": "Took its time. A very good violet."}' |
    expect 200

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished dispute=null

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=18.25

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
