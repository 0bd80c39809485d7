#!/usr/bin/env bash
#
# S15 · Plus two dollars for friendship
# In the documents: 000:L29; 003:L57
#
# The seller promises the money by PayPal, outside the market, as soon as the dispute is closed. The message
# is kept, word for word; it has no other effect. No refund exists that the platform knows of, and from here
# on only the timer decides.
#
# Tales:
#   1. closed for it (standard)
#   2. closed for it, by the older book, and appealed in time (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S15-plus-two-dollars-for-friendship.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S15.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: closed for it · standard ═══════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 26 January 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S15 closed for it",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-26T20:00:00Z",
    "frozen": true,
    "seed": "S15 closed for it"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 93.80 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Bluetooth speaker, waterproof", "quantity": 1},
    "total": {"amount": "93.80", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 28 January 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "CX119940032CN"}' |
  expect 200

# 50 days pass; it is 19 March 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P50D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "93.80", "currency": "USD"},
    "explanation": "The speaker has gone quiet."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 20 March 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# Full amount, tonight, by PayPal. Plus two dollars for friendship.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account."
  }' |
  expect 201

# The buyer looks at the messages.
curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    next_cursor=null \
    'data.*.text~I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account.'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "We settled it between us.",
    "confirm": true
  }' |
  expect 200

# Tonight comes. The money does not. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation refund=null

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The buyer looks at the messages.
curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    next_cursor=null \
    'data.*.text~I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account.'

# The buyer writes to the seller; words change nothing (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "Hello? I see nothing on my account."}' |
  expect 201

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick protection_ends_at)

# 9 days pass; it is 29 March 2026, 20:00.
# The only party that keeps its word is the timer.
# By itself (ORD-6): The protection timer runs out with no dispute open: the order finishes and the seller
# is paid. Money: 93.80 USD escrow → seller.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired.*.rule=["ORD-6"]'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=93.80

# The buyer tries to open a dispute.
# Elsewhere is not a place this platform can look into.
# Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "93.80", "currency": "USD"},
    "explanation": "I was promised the money elsewhere."
  }' |
  expect 409 code=window_closed rule=OPEN-2

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action!~open_dispute' refund=null

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=93.80 held.USD.amount=0.00

# The buyer looks at the messages.
curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    next_cursor=null \
    'data.*.text~I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account.'

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 2: closed for it, by the older book, and appealed in time · legacy ════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 26 January 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S15 closed for it, by the older book, and appealed in time",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-01-26T20:00:00Z",
    "frozen": true,
    "seed": "S15 closed for it, by the older book, and appealed in time"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 93.80 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Bluetooth speaker, waterproof", "quantity": 1},
    "total": {"amount": "93.80", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 2 days pass; it is 28 January 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P2D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "CX119940032CN"}' |
  expect 200

# 50 days pass; it is 19 March 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P50D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "93.80", "currency": "USD"},
    "explanation": "The speaker has gone quiet."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 20 March 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# Full amount, tonight, by PayPal. Plus two dollars for friendship.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account."
  }' |
  expect 201
PROMISE_MESSAGE=$(pick id)

# The buyer looks at the messages.
curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    next_cursor=null \
    'data.*.text~I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account.'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 93.80 USD escrow → seller.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "We settled it between us.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=93.80

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The buyer reports the seller's begging; it stands on the store's record (STO-4).
# The friendship being over, he reports it.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages/$PROMISE_MESSAGE/report" \
  -H "Authorization: Bearer $BUYER" |
  expect 200

# 3 days pass; it is 23 March 2026, 20:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 93.80 USD seller → hold.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "I cancelled because of a promise that is still to be read in our messages."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing

# The mediator asks the seller (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "seller",
    "question": "You promised a refund outside the platform. Has it been paid?",
    "evidence_required": false
  }' |
  expect 200

# The seller answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "It was a promise between friends."}' |
  expect 200

# The mediator rules on the appeal: the whole sum, never below the first (CLM-9). Money: 93.80 USD hold →
# refunding.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "93.80", "currency": "USD"},
    "explanation": "The parcel never came, and the message speaks for itself."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00 held.USD.amount=0.00

# 15 days pass; it is 7 April 2026, 20:00.
# The full amount, though without the two dollars.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 93.80 USD refunding → refunded.
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
  expect 200 status=closed

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=93.80

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# The buyer looks at the messages.
curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    next_cursor=null \
    'data.*.text~I refund you by PayPal tonight, full amount plus two dollars for friendship. Close the case first please, it blocks my account.'

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
