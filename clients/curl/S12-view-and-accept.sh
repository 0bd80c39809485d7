#!/usr/bin/env bash
#
# S12 · View, and accept
# In the documents: 000:L99
#
# The claim is open, but nobody is obliged to wait for its end. The buyer looks at the seller's solution
# once more, finds that peace is worth something, and accepts. Dispute and order close together; the agreed
# sum is on its way, and the rest is the seller's.
#
# Tales:
#   1. the old offer (standard, legacy)
#   2. a better one, made in the claim (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S12-view-and-accept.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S12.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: the old offer · standard, legacy ═══════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 6 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S12 the old offer",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-06T08:30:00Z",
      "frozen": true,
      "seed": "S12 the old offer"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 89.95 EUR outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Rain jacket, sea green", "quantity": 1},
      "total": {"amount": "89.95", "currency": "EUR"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 7 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "YT600138825CN"}' |
    expect 200

  # 16 days pass; it is 23 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P16D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads seam.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AORhmKWdh81GAArNLiENcMKvAP/V3L9BCcedALSgTUe8RiNWAM2bObaXO4uXAIuBtNL9QXTAANN+ctKPH0PvAANkRExwkXjLvrghTTpbkjMAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=seam.png' |
    expect 201
  SEAM_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "60.00", "currency": "EUR"},
      "explanation": "Sold as waterproof. It is, in the sense that it keeps the water in.",
      "evidence": ["'"$SEAM_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 24 April 2026, 08:30.
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
      "reason": "Rain differs from country to country.",
      "solution": {"remedy": "refund", "amount": {"amount": "33.35", "currency": "EUR"}}
    }' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "In my country it rains from above."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~accept_solution'

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer tries to accept the other side's current solution, for good.
  # Negotiation is over; there is another button for it now.
  # Refused (ESC-3): The claim has ended the negotiation. In a claim there is another call: see
  # `allowed_actions`.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 409 code=negotiation_over rule=ESC-3

  # The buyer looks at the seller's solution, which leaves no trace (CLM-6).
  curl -sSi "$HERE/v1/disputes/$DISPUTE/claim/solution" -H "Authorization: Bearer $BUYER" |
    expect 200

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer accepts the seller's refund; the dispute closes and the rest is the seller's (CLM-6). Money:
  # 33.35 EUR escrow → refunding; 56.60 EUR escrow → seller.
  # 33.35, and an end of it.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/accept-solution" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_buyer 'compensation={"amount": "33.35", "currency": "EUR"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.EUR.amount=56.60

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.EUR.amount=0.00

  # The buyer tries to open a dispute.
  # Accepted is accepted, sleeves included.
  # Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
  # cancelled claim there is no second dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "20.00", "currency": "EUR"},
      "explanation": "The sleeves leak as well."
    }' |
    expect 409 code=dispute_was_final rule=OPEN-6

  # 15 days pass; it is 9 May 2026, 08:30.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 33.35 EUR refunding → refunded.
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
    expect 200 outcome=accepted_by_buyer 'compensation={"amount": "33.35", "currency": "EUR"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.EUR.amount=33.35

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.EUR.amount=56.60

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: a better one, made in the claim · standard, legacy ═════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 6 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S12 a better one, made in the claim",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-06T08:30:00Z",
      "frozen": true,
      "seed": "S12 a better one, made in the claim"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 89.95 EUR outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Rain jacket, sea green", "quantity": 1},
      "total": {"amount": "89.95", "currency": "EUR"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 7 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "YT600138825CN"}' |
    expect 200

  # 16 days pass; it is 23 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P16D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads seam.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AORhmKWdh81GAArNLiENcMKvAP/V3L9BCcedALSgTUe8RiNWAM2bObaXO4uXAIuBtNL9QXTAANN+ctKPH0PvAANkRExwkXjLvrghTTpbkjMAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=seam.png' |
    expect 201
  SEAM_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "60.00", "currency": "EUR"},
      "explanation": "Sold as waterproof. It is, in the sense that it keeps the water in.",
      "evidence": ["'"$SEAM_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 24 April 2026, 08:30.
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
      "reason": "Rain differs from country to country.",
      "solution": {"remedy": "refund", "amount": {"amount": "33.35", "currency": "EUR"}}
    }' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "In my country it rains from above."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~accept_solution'

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer tries to accept the other side's current solution, for good.
  # Negotiation is over; there is another button for it now.
  # Refused (ESC-3): The claim has ended the negotiation. In a claim there is another call: see
  # `allowed_actions`.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 409 code=negotiation_over rule=ESC-3

  # No Thanks: the solution is off the table, and nobody will know (CLM-6).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/decline-solution" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # 2 days pass; it is 26 April 2026, 08:30.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller puts a solution to the buyer while the platform mediates (CLM-6).
  # The seller, not knowing that he was turned down, has slept on it and offers more.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/offer" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"remedy": "refund", "amount": {"amount": "48.01", "currency": "EUR"}}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~accept_solution'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer accepts the seller's refund; the dispute closes and the rest is the seller's (CLM-6). Money:
  # 48.01 EUR escrow → refunding; 41.94 EUR escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/accept-solution" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed 'compensation={"amount": "48.01", "currency": "EUR"}'

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.EUR.amount=41.94

  # 15 days pass; it is 11 May 2026, 08:30.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 48.01 EUR refunding → refunded.
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
    expect 200 outcome=accepted_by_buyer

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.EUR.amount=48.01

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.EUR.amount=41.94

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
