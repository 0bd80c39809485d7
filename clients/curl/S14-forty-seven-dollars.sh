#!/usr/bin/env bash
#
# S14 · Forty-seven dollars
# In the documents: 003:L59
#
# A parcel is lost and the seller would gladly post a second one, if only the buyer would close the dispute
# first. He does, and gets a new tracking number that tracks nothing. When he understands, the protection is
# over. Nothing in the rules stopped anybody; help that has to wait until nobody is looking rarely comes.
#
# Tales:
#   1. closed for a promise (standard)
#   2. kept open (standard)
#   3. closed for a promise, by the older book (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S14-forty-seven-dollars.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S14.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: closed for a promise · standard ════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 4 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S14 closed for a promise",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-03-04T18:30:00Z",
    "frozen": true,
    "seed": "S14 closed for a promise"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 47.00 USD outside → escrow.
# Forty-seven dollars, for coffee.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Ceramic pour-over set", "quantity": 1},
    "total": {"amount": "47.00", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 5 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LZ301187725CN", "carrier": "Standard Parcel"}' |
  expect 200

# 47 days pass; it is 21 April 2026, 18:30.
# The parcel was last seen on a conveyor belt, a month ago.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P47D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "47.00", "currency": "USD"},
    "explanation": "Tracking stopped a month ago in the same hall it started in."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 22 April 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# The seller is sorry, generous, and has one small condition.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "So sorry, lost! I send new one today, only close the case first so the system lets me."
  }' |
  expect 201

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# The buyer closes.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "valid_tracking_received",
    "comment": "The seller is sending another set. I trust him.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation 'allowed_actions.*.action~open_dispute'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# The seller gives or corrects the tracking number (ORD-4).
# A number arrives. It has a lot of zeros.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/correct-tracking" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LZ000000001CN"}' |
  expect 200

# The buyer writes to the seller; words change nothing (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "This number shows nothing at all. Are you sure?"}' |
  expect 201

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick protection_ends_at)

# 12 days pass, but for a second; it is 4 May 2026, 18:29:59.
# Messages go out. None comes back.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 'allowed_actions.*.action~open_dispute'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# A second passes; it is 4 May 2026, 18:30.
# The protection ends, the order finishes, the seller is paid.
# By itself (ORD-6): The protection timer runs out with no dispute open: the order finishes and the seller
# is paid. Money: 47.00 USD escrow → seller.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT1S"}' |
  expect 200 'fired.*.rule=["ORD-6"]'

# The buyer tries to open a dispute.
# Now he knows, and now it is too late to know.
# Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "tracking_invalid",
    "remedy": "refund",
    "amount": {"amount": "47.00", "currency": "USD"},
    "explanation": "The second number was invented. I would like to dispute this."
  }' |
  expect 409 code=window_closed rule=OPEN-2

# 30 days pass; it is 3 June 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P30D"}' |
  expect 200 'fired=[]'

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
  expect 200 balance.USD.amount=47.00 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 3: kept open · standard ═══════════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 4 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S14 kept open",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-03-04T18:30:00Z",
    "frozen": true,
    "seed": "S14 kept open"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 47.00 USD outside → escrow.
# Forty-seven dollars, for coffee.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Ceramic pour-over set", "quantity": 1},
    "total": {"amount": "47.00", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 5 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LZ301187725CN", "carrier": "Standard Parcel"}' |
  expect 200

# 47 days pass; it is 21 April 2026, 18:30.
# The parcel was last seen on a conveyor belt, a month ago.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P47D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "47.00", "currency": "USD"},
    "explanation": "Tracking stopped a month ago in the same hall it started in."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 22 April 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# The seller is sorry, generous, and has one small condition.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "So sorry, lost! I send new one today, only close the case first so the system lets me."
  }' |
  expect 201

# The buyer writes to the seller; words change nothing (REC-3).
# This time the buyer has read the last line of the story.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "You can send it with the case open; nothing prevents you."}' |
  expect 201

# The seller sends a replacement parcel; it closes nothing (ORD-9).
# The same zeros arrive.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/send-replacement" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LZ000000001CN"}' |
  expect 200

# A number closes nothing. The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick escalates_at)

# 14 days pass; it is 6 May 2026, 18:30.
# By itself (ESC-2): No agreement in time: the mediator takes over.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired.*.rule=["ESC-2"]'

# The mediator asks the seller (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "seller",
    "question": "Please show the posting receipt of the second parcel.",
    "evidence_required": true
  }' |
  expect 200

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick claim.questions.0.due_at)

# 9 days pass; it is 15 May 2026, 18:30.
# There is no receipt for a parcel that was never posted.
# By itself (CLM-4): The seller let the mediator's question pass: closed in the buyer's favour. Money: 47.00
# USD escrow → refunding.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired.*.rule=["CLM-4"]'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=defaulted_for_buyer 'compensation={"amount": "47.00", "currency": "USD"}'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# 15 days pass; it is 30 May 2026, 18:30.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 47.00 USD refunding → refunded.
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
  expect 200 outcome=defaulted_for_buyer

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=47.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 3 of 3: closed for a promise, by the older book · legacy ═══════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 4 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S14 closed for a promise, by the older book",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-03-04T18:30:00Z",
    "frozen": true,
    "seed": "S14 closed for a promise, by the older book"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 47.00 USD outside → escrow.
# Forty-seven dollars, for coffee.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Ceramic pour-over set", "quantity": 1},
    "total": {"amount": "47.00", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 5 March 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LZ301187725CN", "carrier": "Standard Parcel"}' |
  expect 200

# 47 days pass; it is 21 April 2026, 18:30.
# The parcel was last seen on a conveyor belt, a month ago.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P47D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "47.00", "currency": "USD"},
    "explanation": "Tracking stopped a month ago in the same hall it started in."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 22 April 2026, 18:30.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# The seller is sorry, generous, and has one small condition.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "So sorry, lost! I send new one today, only close the case first so the system lets me."
  }' |
  expect 201

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 47.00 USD escrow → seller.
# Here there is not even a timer: the order closes with the click.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "valid_tracking_received",
    "comment": "The seller is sending another set. I trust him.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=47.00

# 8 days pass; it is 30 April 2026, 18:30.
# He gives the new number a week and a day to wake up.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P8D"}' |
  expect 200 'fired=[]'

# The buyer tries to appeal the end of the dispute.
# One day fewer would have been better.
# Refused (CLM-9): The time to appeal is over. `deadline` says when it ended.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"explanation": "The new number was invented."}' |
  expect 409 code=appeal_too_late rule=CLM-9

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
  expect 200 balance.USD.amount=47.00 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
