#!/usr/bin/env bash
#
# S04 · The wrong one of two buttons
# In the documents: 000:L163–167
#
# The seller asks for one more week and, in the form, offers no refund and no return. The buyer means to say
# yes to the week. He presses accept, and has said yes to the nothing. It is binding, it is final, and it is
# the most expensive click on the page.
#
# Tales:
#   1. accept (standard, legacy)
#   2. the other button (standard)
#
# To play it: start an emulator (make run), then clients/curl/S04-the-wrong-one-of-two-buttons.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S04.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: accept · standard, legacy ══════════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 12 January 2026, 14:15.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S04 accept",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-01-12T14:15:00Z",
      "frozen": true,
      "seed": "S04 accept"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 119.99 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Cordless hand blender", "quantity": 1},
      "total": {"amount": "119.99", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 3 days pass; it is 15 January 2026, 14:15.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LX902211873CN", "carrier": "Standard Parcel"}' |
    expect 200

  # 56 days pass; it is 12 March 2026, 14:15.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P56D"}' |
    expect 200 'fired=[]'

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_received",
      "remedy": "refund",
      "amount": {"amount": "119.99", "currency": "USD"},
      "explanation": "The blender has not arrived and the protection ends this week."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 13 March 2026, 14:15.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "Customs are slow. Please be patient for seven days; if it does not come I return everything, on my honour."
    }' |
    expect 201

  # The seller refuses, and may propose something else (SELL-2).
  # Beside the kind words stands an offer of nothing at all.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "The parcel is moving. Please wait one week.",
      "solution": {"remedy": "no_refund_no_return"}
    }' |
    expect 200

  # Two buttons, next to each other. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer 'status_label=Seller responded, you are reviewing'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~accept'

  # What the seller wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  SOLUTION=$(pick solutions.seller.id)

  # The buyer accepts no refund and no return: he gets nothing and the seller everything. The classic mistake
  # (ACC-2). Money: 119.99 USD escrow → seller.
  # He accepts. The week was never part of the deal.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_buyer

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=119.99

  # The buyer tries to cancel the dispute.
  # There is nothing left to cancel.
  # Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "filed_by_mistake",
      "comment": "I pressed the wrong button!",
      "confirm": true
    }' |
    expect 409 code=not_cancellable rule=CAN-1

  # The buyer tries to open a dispute.
  # And nothing left to open.
  # Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
  # cancelled claim there is no second dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_received",
      "remedy": "refund",
      "amount": {"amount": "119.99", "currency": "USD"},
      "explanation": "I meant to wait, not to waive."
    }' |
    expect 409 code=dispute_was_final rule=OPEN-6

  # The buyer tries to appeal the end of the dispute.
  # Nor does anybody hear appeals against one's own signature.
  # Refused (CLM-8): There is nothing that could be appealed. What is final under this ruleset stays.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"explanation": "I meant to wait, not to waive."}' |
    expect 409 code=nothing_to_appeal rule=CLM-8

  # 30 days pass; it is 12 April 2026, 14:15.
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
    expect 200 outcome=accepted_by_buyer

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=119.99 held.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: the other button · standard ════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 12 January 2026, 14:15.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S04 the other button",
    "world": "empty",
    "ruleset": "standard",
    "now": "2026-01-12T14:15:00Z",
    "frozen": true,
    "seed": "S04 the other button"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 119.99 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Cordless hand blender", "quantity": 1},
    "total": {"amount": "119.99", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# 3 days pass; it is 15 January 2026, 14:15.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "LX902211873CN", "carrier": "Standard Parcel"}' |
  expect 200

# 56 days pass; it is 12 March 2026, 14:15.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P56D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "119.99", "currency": "USD"},
    "explanation": "The blender has not arrived and the protection ends this week."
  }' |
  expect 201
DISPUTE=$(pick id)

# A day passes; it is 13 March 2026, 14:15.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "Customs are slow. Please be patient for seven days; if it does not come I return everything, on my honour."
  }' |
  expect 201

# The seller refuses, and may propose something else (SELL-2).
# Beside the kind words stands an offer of nothing at all.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "The parcel is moving. Please wait one week.",
    "solution": {"remedy": "no_refund_no_return"}
  }' |
  expect 200

# Two buttons, next to each other. The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_buyer 'status_label=Seller responded, you are reviewing'

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 'allowed_actions.*.action~accept'

# The buyer asks the seller to extend the protection, which by itself does nothing (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/request-extension" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 15}' |
  expect 200

# The seller extends buyer protection; a window that had passed opens again (ORD-5).
# The week, with another week to spare, goes onto the timer.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/extend-protection" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"days": 15}' |
  expect 200

# The buyer cancels in time: the order goes back to the status it had, its timers running on (CAN-3).
# Cancel, in contrast, gives nothing away.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "Waiting until the new date, not longer.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=awaiting_confirmation

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# 8 days pass; it is 21 March 2026, 14:15.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P8D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "119.99", "currency": "USD"},
    "explanation": "The week is over. No blender."
  }' |
  expect 201
DISPUTE=$(pick id)

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller edits_left=4

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
