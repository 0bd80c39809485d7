#!/usr/bin/env bash
#
# S08 · All the money, for all of the lamp
# In the documents: 000:L9
#
# The lamp is cracked and the buyer wants everything back. He can have it: the lamp goes back first. The
# refund begins when the seller has the parcel in his hands, not when the buyer has a receipt from the post
# office, and a buyer who never sends it gets nothing.
#
# Tales:
#   1. there and back again (standard, legacy)
#   2. never sent (standard, legacy)
#   3. the seller leaves the parcel in the hall (standard, legacy)
#   4. a brick in the box (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S08-all-the-money-for-all-of-the-lamp.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S08.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 4: there and back again · standard, legacy ════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 19 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S08 there and back again",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-19T12:00:00Z",
      "frozen": true,
      "seed": "S08 there and back again"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 240.05 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Table lamp, hand-blown glass", "quantity": 1},
      "total": {"amount": "240.05", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 21 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RB550023981CN", "carrier": "Fragile Air"}' |
    expect 200

  # 14 days pass; it is 4 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads lamp.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AMKKn+V6WccuAGft3qXrLcpjAEWAUjZ1dx8fAKuIx38Sv7ugAJpG+5Q7y3ZWAKzV54yDpav7AHVfxmmmhLFXAMiBYpxidCw873MijsJWOowAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=lamp.png' |
    expect 201
  LAMP_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # All the money is possible, if the lamp goes back.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "damaged",
      "remedy": "return_and_refund",
      "amount": {"amount": "240.05", "currency": "USD"},
      "explanation": "The glass has a crack the length of a hand. I do not want a part of the money, I want a lamp or all of it.",
      "evidence": ["'"$LAMP_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 5 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # Agreed, but not a cent has moved. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer tries to cancel the dispute.
  # Having agreed, he may not cancel any more.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "other",
      "comment": "I have grown fond of the crack.",
      "confirm": true
    }' |
    expect 409 code=not_cancellable rule=CAN-1

  # 3 days pass; it is 8 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RR771200451DE", "carrier": "Return Post"}' |
    expect 200

  # The buyer corrects the return's tracking number (RET-1).
  # Two digits were the wrong way round, which may be put right until it is delivered.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RR771200415DE", "carrier": "Return Post"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 return.tracking_number=RR771200415DE status=returning

  # 12 days pass; it is 20 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P12D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # The carrier's word alone starts nothing. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # 2 days pass; it is 22 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller has the goods back: the refund starts (RET-1). Money: 240.05 USD escrow → refunding.
  # The seller opens the box and says: yes, that is my lamp.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_seller 'compensation={"amount": "240.05", "currency": "USD"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing refund.status=processing

  # 15 days pass; it is 9 March 2026, 12:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 240.05 USD refunding → refunded.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P15D"}' |
    expect 200 'fired.*.rule=["PAY-1"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished refund.status=completed

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=240.05

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 4: never sent · standard, legacy ══════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 19 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S08 never sent",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-19T12:00:00Z",
      "frozen": true,
      "seed": "S08 never sent"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 240.05 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Table lamp, hand-blown glass", "quantity": 1},
      "total": {"amount": "240.05", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 21 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RB550023981CN", "carrier": "Fragile Air"}' |
    expect 200

  # 14 days pass; it is 4 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads lamp.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AMKKn+V6WccuAGft3qXrLcpjAEWAUjZ1dx8fAKuIx38Sv7ugAJpG+5Q7y3ZWAKzV54yDpav7AHVfxmmmhLFXAMiBYpxidCw873MijsJWOowAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=lamp.png' |
    expect 201
  LAMP_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # All the money is possible, if the lamp goes back.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "damaged",
      "remedy": "return_and_refund",
      "amount": {"amount": "240.05", "currency": "USD"},
      "explanation": "The glass has a crack the length of a hand. I do not want a part of the money, I want a lamp or all of it.",
      "evidence": ["'"$LAMP_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 5 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # Agreed, but not a cent has moved. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer tries to cancel the dispute.
  # Having agreed, he may not cancel any more.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "other",
      "comment": "I have grown fond of the crack.",
      "confirm": true
    }' |
    expect 409 code=not_cancellable rule=CAN-1

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick return.ship_by)

  # 10 days pass, but for a second; it is 15 February 2026, 11:59:59.
  # Ten days to find a box. He finds other things.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # A second passes; it is 15 February 2026, 12:00.
  # By itself (RET-3): The buyer did not send the goods back in time: closed for the seller. Money: 240.05 USD
  # escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["RET-3"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_seller

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer tries to send the goods back, or correct the number of the parcel.
  # A parcel sent now is a present.
  # Refused (RET-1): No goods have to go back now. Look at the dispute's `return`.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RR771200415DE"}' |
    expect 409 code=no_return_expected rule=RET-1

  # The buyer tries to open a dispute.
  # Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
  # cancelled claim there is no second dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "damaged",
      "remedy": "refund",
      "amount": {"amount": "100.00", "currency": "USD"},
      "explanation": "Then at least a part of it."
    }' |
    expect 409 code=dispute_was_final rule=OPEN-6

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=defaulted_for_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=240.05

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 4: the seller leaves the parcel in the hall · standard, legacy ════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 19 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S08 the seller leaves the parcel in the hall",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-19T12:00:00Z",
      "frozen": true,
      "seed": "S08 the seller leaves the parcel in the hall"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 240.05 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Table lamp, hand-blown glass", "quantity": 1},
      "total": {"amount": "240.05", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 21 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RB550023981CN", "carrier": "Fragile Air"}' |
    expect 200

  # 14 days pass; it is 4 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads lamp.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AMKKn+V6WccuAGft3qXrLcpjAEWAUjZ1dx8fAKuIx38Sv7ugAJpG+5Q7y3ZWAKzV54yDpav7AHVfxmmmhLFXAMiBYpxidCw873MijsJWOowAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=lamp.png' |
    expect 201
  LAMP_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # All the money is possible, if the lamp goes back.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "damaged",
      "remedy": "return_and_refund",
      "amount": {"amount": "240.05", "currency": "USD"},
      "explanation": "The glass has a crack the length of a hand. I do not want a part of the money, I want a lamp or all of it.",
      "evidence": ["'"$LAMP_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 5 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # Agreed, but not a cent has moved. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer tries to cancel the dispute.
  # Having agreed, he may not cancel any more.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "other",
      "comment": "I have grown fond of the crack.",
      "confirm": true
    }' |
    expect 409 code=not_cancellable rule=CAN-1

  # 4 days pass; it is 9 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RR771200415DE", "carrier": "Return Post"}' |
    expect 200

  # 10 days pass; it is 19 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P10D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # 15 days pass, but for a second; it is 6 March 2026, 11:59:59.
  # It is delivered, and it stands there, and stands there.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14DT23H59M59S"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # A second passes; it is 6 March 2026, 12:00.
  # After fifteen days the platform stops waiting for him to look at it.
  # By itself (RET-3): The seller neither confirmed nor contested the delivered return: closed for the buyer.
  # Money: 240.05 USD escrow → refunding.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["RET-3"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 21 March 2026, 12:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 240.05 USD refunding → refunded.
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
    expect 200 status=closed outcome=defaulted_for_buyer

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=240.05

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 4 of 4: a brick in the box · standard, legacy ══════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 19 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S08 a brick in the box",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-19T12:00:00Z",
      "frozen": true,
      "seed": "S08 a brick in the box"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 240.05 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Table lamp, hand-blown glass", "quantity": 1},
      "total": {"amount": "240.05", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 21 January 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RB550023981CN", "carrier": "Fragile Air"}' |
    expect 200

  # 14 days pass; it is 4 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads lamp.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AMKKn+V6WccuAGft3qXrLcpjAEWAUjZ1dx8fAKuIx38Sv7ugAJpG+5Q7y3ZWAKzV54yDpav7AHVfxmmmhLFXAMiBYpxidCw873MijsJWOowAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=lamp.png' |
    expect 201
  LAMP_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # All the money is possible, if the lamp goes back.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "damaged",
      "remedy": "return_and_refund",
      "amount": {"amount": "240.05", "currency": "USD"},
      "explanation": "The glass has a crack the length of a hand. I do not want a part of the money, I want a lamp or all of it.",
      "evidence": ["'"$LAMP_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 5 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # Agreed, but not a cent has moved. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer tries to cancel the dispute.
  # Having agreed, he may not cancel any more.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "other",
      "comment": "I have grown fond of the crack.",
      "confirm": true
    }' |
    expect 409 code=not_cancellable rule=CAN-1

  # 4 days pass; it is 9 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RR771200415DE", "carrier": "Return Post"}' |
    expect 200

  # 10 days pass; it is 19 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P10D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # The seller uploads brick.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJaTGgKF3PoDAHPwh1t9CPr+ANQNV5BDMje7AFh0DTPyzJJuAH3IQKtz8X7sADeaw5k2TTz8AJrvjfgSA+2LAMygtifWSxD9hy0hV3K14ssAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $SELLER" \
    -F 'file=@-;filename=brick.png' |
    expect 201
  BRICK_FILE=$(pick id)

  # The seller contests what has come back: the mediator decides (RET-4).
  # The seller does look, and does not like what he sees.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/contest-return" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "I sent a lamp and received a brick.",
      "evidence": ["'"$BRICK_FILE"'"]
    }' |
    expect 200

  # This the mediator has to untangle. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The mediator asks the buyer (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "buyer",
      "question": "What did you put into the box? A photo from before posting would help.",
      "evidence_required": true
    }' |
    expect 200

  # The buyer uploads packing.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AIMs87OdCQWUAAl/sNm39sY+AMjr364uthpQAEJy7PUCmroUABSV5Y45jbuzAD3jQYhhZa5vABNHJ7YIHQLxAOzoa1bm4XJUojEgcYCzo24AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=packing.png' |
    expect 201
  PACKING_FILE=$(pick id)

  # The buyer answers; the mediator goes on (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "The lamp, in its own foam, weighed at the counter. Receipt with the weight attached.",
      "evidence": ["'"$PACKING_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing

  # The mediator rules for the buyer about the contested goods (RET-4). Money: 240.05 USD escrow → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "240.05", "currency": "USD"},
      "explanation": "The weight on the posting receipt is that of the lamp, not of a brick."
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 6 March 2026, 12:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 240.05 USD refunding → refunded.
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
    expect 200 status=closed outcome=ruled_for_buyer

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=240.05

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
