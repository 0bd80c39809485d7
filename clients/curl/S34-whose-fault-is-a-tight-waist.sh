#!/usr/bin/env bash
#
# S34 · Whose fault is a tight waist
# In the documents: 000:L197
#
# Two pairs of trousers are too small. One buyer chose the size himself from a correct table, and asked
# nobody. The other chose just as carefully, from a table that was wrong. Both go to the mediator, with a
# tape measure, and come away differently.
#
# Tales:
#   1. his own choice (standard)
#   2. wrong measurements (standard, legacy)
#   3. wrong measurements, and the trousers go back (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S34-whose-fault-is-a-tight-waist.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S34.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: his own choice · standard ══════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 25 May 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S34 his own choice",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-05-25T10:00:00Z",
    "frozen": true,
    "seed": "S34 his own choice"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 42.42 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Linen trousers", "quantity": 1},
    "total": {"amount": "42.42", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 27 May 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RP311980042CN"}' |
  expect 200

# 22 days pass; it is 18 June 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P22D"}' |
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
    "reason": "wrong_size_or_color",
    "remedy": "refund",
    "amount": {"amount": "30.00", "currency": "USD"},
    "explanation": "They are an M, and I turn out not to be."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 19 June 2026, 10:00.
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
    "reason": "The table gives 82 cm for M. These have 82 cm.",
    "solution": {"remedy": "no_refund_no_return"}
  }' |
  expect 200

# The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"message": "I feel like an M."}' |
  expect 200

# 3 days pass; it is 22 June 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The mediator asks the buyer (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "buyer",
    "question": "Please lay a tape measure across the waistband and photograph it.",
    "evidence_required": true
  }' |
  expect 200

# A day passes; it is 23 June 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer uploads waist-82.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ABiJVMERXQGeAGAKn6R7Nzm+AM7nvr4bevEmANzt4SdftZQ5AHEU+TEjDWz5AOAz+vCljBoXAKhIeVj3DMX1AO9zp+I10oPLUE8hCjFuoToAAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=waist-82.png' |
  expect 201
WAIST_FILE=$(pick id)

# The buyer answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "It does say 82.", "evidence": ["'"$WAIST_FILE"'"]}' |
  expect 200

# 2 days pass; it is 25 June 2026, 10:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The mediator rules for the seller: the order closes and the buyer gets nothing (CLM-8). Money: 42.42 USD
# escrow → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "seller",
    "explanation": "The trousers have the measurements of the table; the choice was the buyer'\''s."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_seller

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=42.42

# The buyer tries to open a dispute.
# Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
# cancelled claim there is no second dispute.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "10.00", "currency": "USD"},
    "explanation": "The colour is also rather tight."
  }' |
  expect 409 code=dispute_was_final rule=OPEN-6

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_seller

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=42.42

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 3: wrong measurements · standard, legacy ══════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 25 May 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S34 wrong measurements",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-25T10:00:00Z",
      "frozen": true,
      "seed": "S34 wrong measurements"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 42.42 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Linen trousers", "quantity": 1},
      "total": {"amount": "42.42", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 27 May 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RP311980042CN"}' |
    expect 200

  # 22 days pass; it is 18 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P22D"}' |
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
      "reason": "wrong_size_or_color",
      "remedy": "refund",
      "amount": {"amount": "42.42", "currency": "USD"},
      "explanation": "The table says 82 cm for M. These close at 76."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 19 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Please breathe in."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "I have breathed in."}' |
    expect 200

  # The mediator asks both sides (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "both",
      "question": "Please photograph a tape measure on the waistband; seller: on one from stock.",
      "evidence_required": true
    }' |
    expect 200

  # The buyer uploads waist-76.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJsjz1eH9jqBAHlZyhpDLgOrAGQsvtf6AqqdAInw8vu8tb4CAMGJIecxI6RiAJV582k+pb6JAOc2BnxlTCWvAN1YkPh0QIn0l98hQ7MJjO0AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=waist-76.png' |
    expect 201
  WAIST_FILE=$(pick id)

  # The buyer answers; the seller still has to (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "76, twice, by two tapes.", "evidence": ["'"$WAIST_FILE"'"]}' |
    expect 200

  # The seller uploads stock-76.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AHceXbT+Vb91ADcnNUzwqspgAIt75EcisMWfAJ3b3taLOJPtAN1esZ2PeP6UAJEIvrNj6Xf5APDTSNliXubMAKCRCwf3PzMSAaAjowpe/JEAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $SELLER" \
    -F 'file=@-;filename=stock-76.png' |
    expect 201
  STOCK_FILE=$(pick id)

  # The seller answers; the mediator goes on (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "76 as well. I will correct the table.",
      "evidence": ["'"$STOCK_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing

  # The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 42.42 USD escrow → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "42.42", "currency": "USD"},
      "return_required": false,
      "explanation": "The goods do not have the measurements of the listing."
    }' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'compensation={"amount": "42.42", "currency": "USD"}' outcome=ruled_for_buyer

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 15 days pass; it is 4 July 2026, 10:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 42.42 USD refunding → refunded.
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
    expect 200 outcome=ruled_for_buyer

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=42.42

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 3: wrong measurements, and the trousers go back · standard, legacy ════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 25 May 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S34 wrong measurements, and the trousers go back",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-25T10:00:00Z",
      "frozen": true,
      "seed": "S34 wrong measurements, and the trousers go back"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 42.42 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Linen trousers", "quantity": 1},
      "total": {"amount": "42.42", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 2 days pass; it is 27 May 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RP311980042CN"}' |
    expect 200

  # 22 days pass; it is 18 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P22D"}' |
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
      "reason": "wrong_size_or_color",
      "remedy": "return_and_refund",
      "amount": {"amount": "42.42", "currency": "USD"},
      "explanation": "76 cm where 82 were promised. They may go back."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 19 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Used trousers I do not take."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" -H "Authorization: Bearer $BUYER" |
    expect 200

  # 6 days pass; it is 25 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The mediator rules for the buyer, who sends the goods back first (CLM-8).
  # For the buyer, if the trousers travel.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "42.42", "currency": "USD"},
      "return_required": true,
      "explanation": "Wrong measurements. The money back, against the trousers."
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

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
  # Second thoughts come too late.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "other", "comment": "I have lost weight.", "confirm": true}' |
    expect 409 code=not_cancellable rule=CAN-1

  # 4 days pass; it is 29 June 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RP900551138IT"}' |
    expect 200

  # 45 days pass, but for a second; it is 13 August 2026, 09:59:59.
  # Nobody ever scans the parcel again, and the seller is in no hurry.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P44DT23H59M59S"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # A second passes; it is 13 August 2026, 10:00.
  # Forty-five days after posting, the platform stops waiting.
  # By itself (RET-3): The seller neither confirmed nor contested the return he was sent: closed for the
  # buyer. Money: 42.42 USD escrow → refunding.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["RET-3"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 28 August 2026, 10:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 42.42 USD refunding → refunded.
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
    expect 200 status=closed 'compensation={"amount": "42.42", "currency": "USD"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=42.42

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
