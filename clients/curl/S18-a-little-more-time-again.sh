#!/usr/bin/env bash
#
# S18 · A little more time, again
# In the documents: 000:L39
#
# A seller who plays for time extends the protection, and then extends it again, always with a kind word. It
# is a nuisance and no more: nothing finishes, nobody is paid, the date of delivery stays where it was, and
# a dispute opened meanwhile keeps its own calendar.
#
# Tales:
#   1. six extensions (standard, legacy)
#   2. extensions during the dispute (standard, legacy)
#   3. an extension that opens a closed window (standard)
#
# To play it: start an emulator (make run), then clients/curl/S18-a-little-more-time-again.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S18.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: six extensions · standard, legacy ══════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 8 January 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S18 six extensions",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-08T15:00:00Z",
      "frozen": true,
      "seed": "S18 six extensions"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 75.40 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Wool rug, small", "quantity": 1},
      "total": {"amount": "75.40", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 9 January 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LR600277318CN"}' |
    expect 200

  # To compare with later. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  SHIPPED_ORDER_DELIVERY_DUE_AT=$(pick delivery_due_at)

  # 50 days pass; it is 28 February 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 1: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 50 days pass; it is 19 April 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 2: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 50 days pass; it is 8 June 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 3: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 50 days pass; it is 28 July 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 4: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 50 days pass; it is 16 September 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 5: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 50 days pass; it is 5 November 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P50D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Extension number 6: just a little more time.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 50}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation "delivery_due_at=$SHIPPED_ORDER_DELIVERY_DUE_AT"

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # Ten months on, the buyer may still do what he could have done in February. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      protection_ends_at=2027-01-04T15:00:00Z \
      delivery_due_at=2026-02-23T15:00:00Z \
      'allowed_actions.*.action~open_dispute'

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_received",
      "remedy": "refund",
      "amount": {"amount": "75.40", "currency": "USD"},
      "explanation": "Ten months. I have bought another rug and worn it out."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick escalates_at)

  # 15 days pass (legacy: 7 days pass); it is 20 November 2026, 15:00 (legacy: 12 November 2026, 15:00).
  # By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["ESC-2"]'

  # The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 75.40 USD escrow → refunding.
  # The ruling takes less time than any of the extensions.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "explanation": "Overdue since February, with no sign of a parcel."
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'compensation={"amount": "75.40", "currency": "USD"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 5 December 2026, 15:00 (legacy: 27 November 2026, 15:00).
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 75.40 USD refunding → refunded.
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
    expect 200 refunded.USD.amount=75.40

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 3: extensions during the dispute · standard, legacy ═══════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 8 January 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S18 extensions during the dispute",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-08T15:00:00Z",
      "frozen": true,
      "seed": "S18 extensions during the dispute"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 75.40 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Wool rug, small", "quantity": 1},
      "total": {"amount": "75.40", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LR600277321CN"}' |
    expect 200

  # 47 days pass; it is 24 February 2026, 15:00.
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
      "amount": {"amount": "75.40", "currency": "USD"},
      "explanation": "Still on the floor: nothing."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # To compare with later. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  OPENED_DISPUTE_ESCALATES_AT=$(pick escalates_at)

  # A day passes; it is 25 February 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Another thirty days, number 1.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 30}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller "escalates_at=$OPENED_DISPUTE_ESCALATES_AT"

  # A day passes; it is 26 February 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Another thirty days, number 2.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 30}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller "escalates_at=$OPENED_DISPUTE_ESCALATES_AT"

  # A day passes; it is 27 February 2026, 15:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller extends buyer protection; a window that had passed opens again (ORD-5).
  # Another thirty days, number 3.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"days": 30}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller "escalates_at=$OPENED_DISPUTE_ESCALATES_AT"

  # Ninety days more protection, which the buyer did not ask for, and which move nothing in his dispute. The
  # buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 protection_ends_at=2026-06-07T15:00:00Z

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick escalates_at)

  # 12 days pass (legacy: 4 days pass); it is 11 March 2026, 15:00 (legacy: 3 March 2026, 15:00).
  # It goes to the mediator on the day it was always going to.
  # By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["ESC-2"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 3: an extension that opens a closed window · standard ═════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 8 January 2026, 15:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S18 an extension that opens a closed window",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-08T15:00:00Z",
    "frozen": true,
    "seed": "S18 an extension that opens a closed window"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 75.40 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Wool rug, small", "quantity": 1},
    "total": {"amount": "75.40", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LR600277335CN"}' |
  expect 200

# 55 days pass; it is 4 March 2026, 15:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P55D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "75.40", "currency": "USD"},
    "explanation": "No rug."
  }' |
  expect 201
DISPUTE=$(pick id)

# 9 days pass; it is 13 March 2026, 15:00.
# The protection ran out four days ago; the dispute has outlived it.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P9D"}' |
  expect 200 'fired=[]'

# The seller extends buyer protection; a window that had passed opens again (ORD-5).
# Ten days, counted from now, and the window is open again.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 10}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 protection_ends_at=2026-03-23T15:00:00Z status=in_dispute

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "Ten days are on the clock. I will give it those.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation 'allowed_actions.*.action~open_dispute'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick protection_ends_at)

# 10 days pass; it is 23 March 2026, 15:00.
# He should have looked at the calendar on the tenth day.
# By itself (ORD-6): The protection timer runs out with no dispute open: the order finishes and the seller
# is paid. Money: 75.40 USD escrow → seller.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired.*.rule=["ORD-6"]'

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=cancelled

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=75.40

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
