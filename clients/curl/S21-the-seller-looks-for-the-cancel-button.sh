#!/usr/bin/env bash
#
# S21 · The seller looks for the cancel button
# In the documents: 003:L72
#
# A seller can say yes, say no, or wait. He cannot make a complaint go away: not while it waits for him, not
# after he has refused it, not once the mediator has it. He tries all the same, each time with a better
# reason.
#
# One tale:
#   1. three attempts (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S21-the-seller-looks-for-the-cancel-button.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S21.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 1: three attempts · standard, legacy ══════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 20 April 2026, 11:11.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S21 three attempts",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-20T11:11:00Z",
      "frozen": true,
      "seed": "S21 three attempts"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 59.99 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Yoga mat, extra thick", "quantity": 1},
      "total": {"amount": "59.99", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RY208813340CN"}' |
    expect 200

  # 25 days pass; it is 15 May 2026, 11:11.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P25D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads ruler.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AFJOCvq+vaaZAFUjOqjDfYqRAC0Rqvvr5DDPALXSGxR85LtYAA+G7EwXZKMtAA2+e5/HA14OAL1UlfoaKDhYAB0b3umtYmNMc8YeUO5mv4wAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=ruler.png' |
    expect 201
  RULER_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "35.00", "currency": "USD"},
      "explanation": "Extra thick was six millimetres thicker on the website.",
      "evidence": ["'"$RULER_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The seller tries to cancel the dispute.
  # First attempt: it must be a mistake. It is not his mistake to take back.
  # Refused (SELL-3): A seller can never cancel or close a dispute or a claim. Accept the buyer's solution,
  # refuse it, or wait.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "filed_by_mistake",
      "comment": "This was surely a mistake.",
      "confirm": true
    }' |
    expect 403 code=seller_never_cancels rule=SELL-3

  # The seller tries to cancel the claim; the seller gets all the money.
  # Refused (SELL-3): A seller can never cancel or close a dispute or a claim. Accept the buyer's solution,
  # refuse it, or wait.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/cancel" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "other", "message": "I close the claim.", "confirm": true}' |
    expect 403 code=seller_never_cancels rule=SELL-3

  # The seller tries to edit the dispute.
  # Nor may he help with the wording.
  # Refused (EDIT-3): Only the buyer edits a dispute. Write a message, or wait until the mediator asks.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "1.00", "currency": "USD"}}' |
    expect 403 code=only_the_buyer_edits rule=EDIT-3

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller 'amount={"amount": "35.00", "currency": "USD"}' edits_used=0

  # 2 days pass; it is 17 May 2026, 11:11.
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
      "reason": "Measured lying down it is thick.",
      "solution": {"remedy": "refund", "amount": {"amount": "4.00", "currency": "USD"}}
    }' |
    expect 200

  # The seller tries to cancel the dispute.
  # Second attempt: agreement, in the heart.
  # Refused (SELL-3): A seller can never cancel or close a dispute or a claim. Accept the buyer's solution,
  # refuse it, or wait.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "agreement_reached",
      "comment": "The buyer agrees in his heart.",
      "confirm": true
    }' |
    expect 403 code=seller_never_cancels rule=SELL-3

  # The seller looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200 status=waiting_for_buyer

  # The seller looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $SELLER" |
    expect 200 'allowed_actions.*.action!~cancel'

  # The button exists. It is on the other side. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~cancel'

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The seller tries to cancel the claim; the seller gets all the money.
  # Third attempt: he says he has refunded. The escrow says otherwise.
  # Refused (SELL-3): A seller can never cancel or close a dispute or a claim. Accept the buyer's solution,
  # refuse it, or wait.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/cancel" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "refund_to_buyer",
      "message": "I refunded, please close.",
      "confirm": true
    }' |
    expect 403 code=seller_never_cancels rule=SELL-3

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating outcome=null edits_used=0

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
