#!/usr/bin/env bash
#
# S30 · The buyer loses
# In the documents: 000:L41
#
# The mediator does not always side with the complaint. The listing said pine, the photographs show pine,
# and the buyer wished for oak. The order is closed, the seller is paid, and there is no other door to knock
# at.
#
# Tales:
#   1. ruled for the seller (standard)
#   2. and appealed, by the older book (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S30-the-buyer-loses.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S30.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: ruled for the seller · standard ════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 18 May 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S30 ruled for the seller",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-05-18T07:30:00Z",
    "frozen": true,
    "seed": "S30 ruled for the seller"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 175.49 EUR outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Bookshelf, solid wood", "quantity": 1},
    "total": {"amount": "175.49", "currency": "EUR"}
  }' |
  expect 201
ORDER=$(pick id)

# 5 days pass; it is 23 May 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P5D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "HX300481176CN", "carrier": "Heavy Goods"}' |
  expect 200

# 28 days pass; it is 20 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P28D"}' |
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
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "175.49", "currency": "EUR"},
    "explanation": "I had expected something darker, more like oak."
  }' |
  expect 201
DISPUTE=$(pick id)

# 2 days pass; it is 22 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller refuses, and may propose something else (SELL-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"reason": "The listing says pine four times. It is pine."}' |
  expect 200

# The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"message": "It could have been oak."}' |
  expect 200

# 4 days pass; it is 26 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P4D"}' |
  expect 200 'fired=[]'

# The mediator asks the buyer (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "buyer",
    "question": "Where does the listing say oak?",
    "evidence_required": false
  }' |
  expect 200

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 claim.status=waiting_for_buyer

# A day passes; it is 27 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "Nowhere, but the lamp beside it in the picture looks like an oak sort of lamp."
  }' |
  expect 200

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 claim.status=processing

# 8 days pass; it is 5 July 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P8D"}' |
  expect 200 'fired=[]'

# The mediator rules for the seller: the order closes and the buyer gets nothing (CLM-8). Money: 175.49 EUR
# escrow → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "seller",
    "explanation": "The shelf is what the listing says it is."
  }' |
  expect 200

# Closed and paid, in one sentence. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=ruled_for_seller

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.EUR.amount=175.49

# The buyer tries to open a dispute.
# Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
# cancelled claim there is no second dispute.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "20.00", "currency": "EUR"},
    "explanation": "A little something for the disappointment?"
  }' |
  expect 409 code=dispute_was_final rule=OPEN-6

# The buyer tries to appeal the end of the dispute.
# And the decision is final.
# Refused (CLM-8): There is nothing that could be appealed. What is final under this ruleset stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"explanation": "Oak!"}' |
  expect 409 code=nothing_to_appeal rule=CLM-8

# 60 days pass; it is 3 September 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P60D"}' |
  expect 200 'fired=[]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished refund=null

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_seller

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.EUR.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.EUR.amount=175.49

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 2: and appealed, by the older book · legacy ═══════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 18 May 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S30 and appealed, by the older book",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-05-18T07:30:00Z",
    "frozen": true,
    "seed": "S30 and appealed, by the older book"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 175.49 EUR outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Bookshelf, solid wood", "quantity": 1},
    "total": {"amount": "175.49", "currency": "EUR"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "HX300481180CN", "carrier": "Heavy Goods"}' |
  expect 200

# 28 days pass; it is 15 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P28D"}' |
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
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "175.49", "currency": "EUR"},
    "explanation": "I had expected something darker, more like oak."
  }' |
  expect 201
DISPUTE=$(pick id)

# 2 days pass; it is 17 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller refuses, and may propose something else (SELL-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"reason": "The listing says pine four times. It is pine."}' |
  expect 200

# The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" -H "Authorization: Bearer $BUYER" |
  expect 200

# The mediator rules for the seller: the order closes and the buyer gets nothing (CLM-8). Money: 175.49 EUR
# escrow → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "seller",
    "explanation": "The shelf is what the listing says it is."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.EUR.amount=175.49

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_seller

# The buyer tries to open a dispute.
# Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
# cancelled claim there is no second dispute.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "20.00", "currency": "EUR"},
    "explanation": "A little something?"
  }' |
  expect 409 code=dispute_was_final rule=OPEN-6

# 3 days pass; it is 20 June 2026, 07:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The buyer uploads back-panel.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AODffcKZxRhGAChnW3lI+UxDAPxGeiFPZHGtAJfaqwZpRJR1AMCvWd3YHPWzAG7QtMF2tha1AMuVeiFxyj/dAEb176bAktk7s4Ai55mwzq8AAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=back-panel.png' |
  expect 201
PANEL_FILE=$(pick id)

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 175.49 EUR seller → hold.
# He turns the shelf round and finds something better to complain about.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The back panel, however, is cardboard.",
    "evidence": ["'"$PANEL_FILE"'"]
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating

# The mediator rules on the appeal: the whole sum, never below the first (CLM-9). Money: 31.12 EUR hold →
# refunding; 144.37 EUR hold → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "31.12", "currency": "EUR"},
    "explanation": "Solid wood, said the listing, and cardboard is not."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.EUR.amount=144.37

# 15 days pass; it is 5 July 2026, 07:30.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 31.12 EUR refunding → refunded.
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
  expect 200 refunded.EUR.amount=31.12

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.EUR.amount=144.37

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
