#!/usr/bin/env bash
#
# S01 · The parcel that was only late
# In the documents: 003:L41, L15
#
# A kettle misses its date, a dispute is opened, and then the kettle is at the door. The buyer checks it and
# takes the dispute back while the protection is still running. Nothing is lost by it: the order is where it
# was, and should the lid turn out cracked, he may complain again. Under the older reading the same click
# hands the seller his money.
#
# Tales:
#   1. cancelled in time (standard)
#   2. and the lid is cracked after all (standard)
#   3. cancelled, by the older book (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S01-the-parcel-that-was-only-late.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S01.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: cancelled in time · standard ═══════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 5 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S01 cancelled in time",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-05T09:00:00Z",
    "frozen": true,
    "seed": "S01 cancelled in time"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 38.90 USD outside → escrow.
# A kettle is ordered, and 38.90 goes into escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Enamel camping kettle, 1.2 l", "quantity": 1},
    "total": {"amount": "38.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 7 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
# It leaves the warehouse with 45 days to get there.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LB118204417CN", "carrier": "Post Air"}' |
  expect 200

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
SHIPPED_ORDER_PROTECTION_ENDS_AT=$(pick protection_ends_at)

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick delivery_due_at)

# 45 days pass, but for a second; it is 21 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# One second before it counts as late, nothing is late.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "No kettle yet, and today is the last day."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# A day passes; it is 22 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
LATE_ORDER_STATUS=$(pick status)

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Now it is late, and the buyer says so.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "Forty-six days on the road and the kettle is nowhere. I would like my money."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'status_label=Dispute in Progress'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller 'status_label=Open, waiting for seller response' edits_left=4

# 3 days pass; it is 25 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# Three days later the postman rings, as postmen do, once you have complained.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# The kettle whistles. The buyer withdraws.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "goods_received",
    "comment": "It came after all, in one piece and quite shiny.",
    "confirm": true
  }' |
  expect 200

# The order is as it was, its clock never having stopped. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 "status=$LATE_ORDER_STATUS" "protection_ends_at=$SHIPPED_ORDER_PROTECTION_ENDS_AT"

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 'status_label=Dispute closed'

# 2 days pass; it is 27 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation 'allowed_actions.*.action~open_dispute'

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


# ══ Tale 2 of 3: and the lid is cracked after all · standard ════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 5 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S01 and the lid is cracked after all",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-05T09:00:00Z",
    "frozen": true,
    "seed": "S01 and the lid is cracked after all"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 38.90 USD outside → escrow.
# A kettle is ordered, and 38.90 goes into escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Enamel camping kettle, 1.2 l", "quantity": 1},
    "total": {"amount": "38.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 7 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
# It leaves the warehouse with 45 days to get there.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LB118204417CN", "carrier": "Post Air"}' |
  expect 200

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick delivery_due_at)

# 45 days pass, but for a second; it is 21 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# One second before it counts as late, nothing is late.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "No kettle yet, and today is the last day."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# A day passes; it is 22 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Now it is late, and the buyer says so.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "Forty-six days on the road and the kettle is nowhere. I would like my money."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'status_label=Dispute in Progress'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller 'status_label=Open, waiting for seller response' edits_left=4

# 3 days pass; it is 25 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# Three days later the postman rings, as postmen do, once you have complained.
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
    "reason": "goods_received",
    "comment": "Arrived. Looks fine in its wrapping.",
    "confirm": true
  }' |
  expect 200

# A day passes; it is 26 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer uploads lid.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ALOkpCY9yFQuAKs94czx5FJIACW5i2yV/yOGAKtELuv2NN2JADFPSbyinVuwAI4yE69u7pGzABdUwjudajkeADIVp/Pj5EXaql0g1VTYMq8AAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=lid.png' |
  expect 201
LID_FILE=$(pick id)

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Withdrawing was not forgiving. He opens a second dispute, about the lid.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "9.50", "currency": "USD"},
    "explanation": "Unwrapped it today: the lid is cracked from rim to knob. The kettle itself still boils.",
    "evidence": ["'"$LID_FILE"'"]
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller edits_used=0 edits_left=4 evidence.length=1

# What the buyer wants, as it stands now: a yes names the very solution it is said to.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
  expect 200
SOLUTION=$(pick solutions.buyer.id)

# The seller accepts: the buyer gets what he asked (SELL-4). Money: 9.50 USD escrow → refunding; 29.40 USD
# escrow → seller.
# The seller agrees to 9.50 for a lid.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"solution": "'"$SOLUTION"'"}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=accepted_by_seller

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=29.40

# The buyer tries to open a dispute.
# A solution once agreed is agreed for good.
# Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
# cancelled claim there is no second dispute.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "5.00", "currency": "USD"},
    "explanation": "It is also less shiny than the picture."
  }' |
  expect 409 code=dispute_was_final rule=OPEN-6

# 15 days pass; it is 13 March 2026, 08:59:59.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 9.50 USD refunding → refunded.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired.*.rule=["PAY-1"]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished refund.status=completed

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=9.50

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=29.40

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 3 of 3: cancelled, by the older book · legacy ══════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 5 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S01 cancelled, by the older book",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-01-05T09:00:00Z",
    "frozen": true,
    "seed": "S01 cancelled, by the older book"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 38.90 USD outside → escrow.
# A kettle is ordered, and 38.90 goes into escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Enamel camping kettle, 1.2 l", "quantity": 1},
    "total": {"amount": "38.90", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 7 January 2026, 09:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
# It leaves the warehouse with 45 days to get there.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LB118204417CN", "carrier": "Post Air"}' |
  expect 200

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick delivery_due_at)

# 45 days pass, but for a second; it is 21 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# One second before it counts as late, nothing is late.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "No kettle yet, and today is the last day."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# A day passes; it is 22 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Now it is late, and the buyer says so.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "38.90", "currency": "USD"},
    "explanation": "Forty-six days on the road and the kettle is nowhere. I would like my money."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'status_label=Dispute in Progress'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller 'status_label=Open, waiting for seller response' edits_left=4

# 3 days pass; it is 25 February 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# Three days later the postman rings, as postmen do, once you have complained.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 38.90 USD escrow → seller.
# The same words, another rulebook: the order closes with the dispute.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "goods_received",
    "comment": "The kettle is here. Sorry for the noise.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=38.90

# The buyer tries to open a dispute.
# A second dispute is not to be had.
# Refused (OPEN-7): After a cancelled dispute this ruleset allows no new one. Where it may be appealed,
# `appeal` is among `allowed_actions`.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "damaged",
    "remedy": "refund",
    "amount": {"amount": "9.50", "currency": "USD"},
    "explanation": "The lid, I now see, is cracked."
  }' |
  expect 409 code=no_second_dispute rule=OPEN-7

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick appeal_until)

# 7 days pass; it is 4 March 2026, 08:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired=[]'

# The buyer tries to appeal the end of the dispute.
# An appeal would have been, for a week. The week is over.
# Refused (CLM-9): The time to appeal is over. `deadline` says when it ended.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The lid is cracked; I did not look under the wrapping."
  }' |
  expect 409 code=appeal_too_late rule=CLM-9

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=38.90

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
