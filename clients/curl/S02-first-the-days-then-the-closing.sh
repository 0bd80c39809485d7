#!/usr/bin/env bash
#
# S02 · First the days, then the closing
# In the documents: 000:L15, L174–176
#
# The protection is about to end, the parcel is still at sea, and the seller would like the dispute gone. A
# careful buyer asks for more days first, sees them on the timer, and only then cancels. When the parcel
# stays at sea he disputes again, as if for the first time.
#
# Tales:
#   1. extended, cancelled, opened again (standard)
#   2. the older book with this one page replaced (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S02-first-the-days-then-the-closing.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S02.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: extended, cancelled, opened again · standard ═══════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 10:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S02 extended, cancelled, opened again",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-02-02T10:30:00Z",
    "frozen": true,
    "seed": "S02 extended, cancelled, opened again"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.20 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Walnut desk organiser", "quantity": 1},
    "total": {"amount": "64.20", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 3 February 2026, 10:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RX550198273CN", "carrier": "Sea Freight"}' |
  expect 200

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
SHIPPED_ORDER_DELIVERY_DUE_AT=$(pick delivery_due_at)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-04-04T10:30:00Z delivery_due_at=2026-03-20T10:30:00Z

# 57 days pass; it is 1 April 2026, 10:30.
# Three days of protection left and no desk organiser.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P57D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "64.20", "currency": "USD"},
    "explanation": "Two months and an empty letter box. The protection ends on Saturday."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer edits the dispute, which asks the seller again (EDIT-4).
curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "Two months and an empty letter box. I also asked at the post office: they have never heard of this number."
  }' |
  expect 200

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 edits_used=1 edits_left=3

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "Dear friend, the ship waits in the harbour. Please close, it will come."
  }' |
  expect 201

# The buyer asks the seller to extend the protection, which by itself does nothing (ORD-5).
# The buyer knows the order in which these things are done.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/request-extension" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 30, "message": "First the days, then the closing."}' |
  expect 200

# Asking moves nothing. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-04-04T10:30:00Z

# A day passes; it is 2 April 2026, 10:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller extends buyer protection; a window that had passed opens again (ORD-5).
# The seller adds thirty days to the timer, where everybody can see them.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 30}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-05-04T10:30:00Z "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# Only now does the buyer cancel.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "Thirty more days on the timer, so I will wait thirty more days.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled status=closed

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# 22 days pass; it is 24 April 2026, 10:30.
# The old end of protection passes without effect. So does most of the new one.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P22D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Still time to say it a second time.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "64.20", "currency": "USD"},
    "explanation": "The ship must be a very slow one. I ask for my money again."
  }' |
  expect 201
DISPUTE=$(pick id)

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller edits_used=0 edits_left=4 outcome=null

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 2: the older book with this one page replaced · legacy ════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 10:30.
# Settings that are not the ruleset's: cancel_closes_order: False, reopen_after_cancel: True.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S02 the older book with this one page replaced",
    "world": "empty",
    "ruleset": "legacy",
    "settings": {"cancel_closes_order": false, "reopen_after_cancel": true},
    "now": "2026-02-02T10:30:00Z",
    "frozen": true,
    "seed": "S02 the older book with this one page replaced"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.20 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Walnut desk organiser", "quantity": 1},
    "total": {"amount": "64.20", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 3 February 2026, 10:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RX550198273CN", "carrier": "Sea Freight"}' |
  expect 200

# To compare with later. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
SHIPPED_ORDER_DELIVERY_DUE_AT=$(pick delivery_due_at)

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-04-04T10:30:00Z delivery_due_at=2026-03-20T10:30:00Z

# 57 days pass; it is 1 April 2026, 10:30.
# Three days of protection left and no desk organiser.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P57D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "64.20", "currency": "USD"},
    "explanation": "Two months and an empty letter box. The protection ends on Saturday."
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer edits the dispute, which asks the seller again (EDIT-4).
curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "Two months and an empty letter box. I also asked at the post office: they have never heard of this number."
  }' |
  expect 200

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 edits_used=1 edits_left=3

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "Dear friend, the ship waits in the harbour. Please close, it will come."
  }' |
  expect 201

# The buyer asks the seller to extend the protection, which by itself does nothing (ORD-5).
# The buyer knows the order in which these things are done.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/request-extension" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 30, "message": "First the days, then the closing."}' |
  expect 200

# Asking moves nothing. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-04-04T10:30:00Z

# A day passes; it is 2 April 2026, 10:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller extends buyer protection; a window that had passed opens again (ORD-5).
# The seller adds thirty days to the timer, where everybody can see them.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 30}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-05-04T10:30:00Z "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# Only now does the buyer cancel.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "Thirty more days on the timer, so I will wait thirty more days.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled status=closed

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# 22 days pass; it is 24 April 2026, 10:30.
# The old end of protection passes without effect. So does most of the new one.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P22D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
# Still time to say it a second time.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "64.20", "currency": "USD"},
    "explanation": "The ship must be a very slow one. I ask for my money again."
  }' |
  expect 201
DISPUTE=$(pick id)

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller edits_used=0 edits_left=4 outcome=null

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
