#!/usr/bin/env bash
#
# S29 · Please, friend
# In the documents: 000:L234, L239, L193
#
# Instead of an answer the seller sends messages: pleas, discounts, reproaches. None of them is worth a
# reply. The buyer reports them, does nothing else, and lets the calendar take the dispute to the mediator,
# who reads only what matters.
#
# One tale:
#   1. ignored and reported (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S29-please-friend.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S29.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 1: ignored and reported · standard, legacy ════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 7 April 2026, 22:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S29 ignored and reported",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-04-07T22:00:00Z",
      "frozen": true,
      "seed": "S29 ignored and reported"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 39.95 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Desk fan, quiet", "quantity": 1},
      "total": {"amount": "39.95", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RF880124416CN"}' |
    expect 200

  # 47 days pass; it is 24 May 2026, 22:00.
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
      "amount": {"amount": "39.95", "currency": "USD"},
      "explanation": "Quiet indeed: nothing has come."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # A day passes; it is 25 May 2026, 22:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  # First a plea.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "Please friend cancel, I am small shop and my wife is angry."}' |
    expect 201
  PLEA_MESSAGE=$(pick id)

  # A day passes; it is 26 May 2026, 22:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  # Then a discount.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "If you cancel I give five percent off on the next one!!"}' |
    expect 201
  DISCOUNT_MESSAGE=$(pick id)

  # The buyer reports the seller's begging; it stands on the store's record (STO-4).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages/$PLEA_MESSAGE/report" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer reports the seller's begging; it stands on the store's record (STO-4).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages/$DISCOUNT_MESSAGE/report" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # 2 days pass; it is 28 May 2026, 22:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  # Then a reproach.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "Why you do this to me. Cancel and we forget."}' |
    expect 201
  REPROACH_MESSAGE=$(pick id)

  # The buyer reports the seller's begging; it stands on the store's record (STO-4).
  # Reported, reported, reported.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages/$REPROACH_MESSAGE/report" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer looks at the messages.
  curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null data.length=3

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller edits_used=0

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick escalates_at)

  # 11 days pass (legacy: 3 days pass); it is 8 June 2026, 22:00 (legacy: 31 May 2026, 22:00).
  # The buyer's only move is not to move.
  # By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["ESC-2"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # 5 days pass; it is 13 June 2026, 22:00 (legacy: 5 June 2026, 22:00).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 39.95 USD escrow → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "39.95", "currency": "USD"},
      "explanation": "Overdue, and no parcel was ever scanned."
    }' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'compensation={"amount": "39.95", "currency": "USD"}'

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 15 days pass; it is 28 June 2026, 22:00 (legacy: 20 June 2026, 22:00).
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 39.95 USD refunding → refunded.
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

  # The buyer looks at the messages.
  curl -sSi "$HERE/v1/orders/$ORDER/messages?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.text~If you cancel I give five percent off on the next one!!'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=39.95

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
