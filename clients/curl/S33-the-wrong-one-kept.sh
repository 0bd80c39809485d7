#!/usr/bin/env bash
#
# S33 · The wrong one, kept
# In the documents: 000:L205
#
# A green thing was ordered and a blue one came. It could go back and a green one could come, in three
# months or so. The buyer keeps the blue one and asks for part of his money instead, which is quicker for
# everybody.
#
# Tales:
#   1. a part of the money, and no parcel (standard, legacy)
#   2. the seller would rather have it back (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S33-the-wrong-one-kept.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S33.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: a part of the money, and no parcel · standard, legacy ══════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 1 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S33 a part of the money, and no parcel",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-01T01:00:00Z",
      "frozen": true,
      "seed": "S33 a part of the money, and no parcel"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 6480 JPY outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Lunch box, green", "quantity": 1},
      "total": {"amount": "6480", "currency": "JPY"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 2 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EG440092217JP"}' |
    expect 200

  # 8 days pass; it is 10 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P8D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads blue.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AOPBmfEzwvU/ACe+cxAvg3SJAOEMlvMOl9KyAIeOEFjwnSh0AEvCrDTnC6NZAGpaWylDueRmAO7Xf812vBFxAEX1x3WcoGdgt/khW9kXHasAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=blue.png' |
    expect 201
  BLUE_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "2593", "currency": "JPY"},
      "explanation": "Green was ordered; this is blue. I can live with blue, for less.",
      "evidence": ["'"$BLUE_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 11 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 2593 JPY escrow → refunding; 3887 JPY
  # escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # Nothing goes back but money. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed return=null 'compensation={"amount": "2593", "currency": "JPY"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.JPY.amount=3887

  # 15 days pass; it is 26 April 2026, 01:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 2593 JPY refunding → refunded.
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
    expect 200 outcome=accepted_by_seller return=null 'compensation={"amount": "2593", "currency": "JPY"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.JPY.amount=2593

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.JPY.amount=3887

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: the seller would rather have it back · standard, legacy ════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 1 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S33 the seller would rather have it back",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-01T01:00:00Z",
      "frozen": true,
      "seed": "S33 the seller would rather have it back"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 54.32 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Lunch box, green, steel", "quantity": 1},
      "total": {"amount": "54.32", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EG440092225JP"}' |
    expect 200

  # 8 days pass; it is 9 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P8D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "20.11", "currency": "USD"},
      "explanation": "Blue, not green."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 10 April 2026, 01:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "Send it back, then all of it.",
      "solution": {"remedy": "return_and_refund", "amount": {"amount": "54.32", "currency": "USD"}}
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  # The buyer has no box to send it in. He asks for a little less instead.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "18.80", "currency": "USD"}}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller 'amount={"amount": "18.80", "currency": "USD"}'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 18.80 USD escrow → refunding; 35.52 USD
  # escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 return=null

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=35.52

  # 15 days pass; it is 25 April 2026, 01:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 18.80 USD refunding → refunded.
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
    expect 200 outcome=accepted_by_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=18.80

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=35.52

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
