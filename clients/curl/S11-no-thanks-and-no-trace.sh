#!/usr/bin/env bash
#
# S11 · No thanks, and no trace
# In the documents: 000:L95–97
#
# When the claim opens, what the seller offered last is put before the buyer once more. He may look at it
# and say No Thanks. Nobody is told: not the seller, not the history, not the mailbox. Then he waits for the
# mediator, who is free to see it differently.
#
# One tale:
#   1. looked at and left (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S11-no-thanks-and-no-trace.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S11.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 1: looked at and left · standard, legacy ══════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 4 May 2026, 13:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S11 looked at and left",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-05-04T13:00:00Z",
      "frozen": true,
      "seed": "S11 looked at and left"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 310.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Electric standing desk frame", "quantity": 1},
      "total": {"amount": "310.00", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # 4 days pass; it is 8 May 2026, 13:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "HX009914420CN", "carrier": "Heavy Goods"}' |
    expect 200

  # 30 days pass; it is 7 June 2026, 13:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P30D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads motor.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAOxjhHpQwzKAPBFakb+RI9lAIGY8vabOE2vAOQhgIa0tUnAAFRCxKHh9bsRAEKVpvcBTTVvAHjMWwUXNQV8AM05fh9oaF1wh5wecp+h/A0AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=motor.png' |
    expect 201
  MOTOR_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "180.00", "currency": "USD"},
      "explanation": "One of the two motors lifts. The desk leans, and so does the coffee.",
      "evidence": ["'"$MOTOR_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 9 June 2026, 13:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "Please put less on the left side.",
      "solution": {"remedy": "refund", "amount": {"amount": "40.00", "currency": "USD"}}
    }' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" -H "Authorization: Bearer $BUYER" |
    expect 200

  # To compare with later. The buyer looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null
  ESCALATED_MAILS_BUYER=$(pick data.length)

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null
  ESCALATED_MAILS_SELLER=$(pick data.length)

  # Forty dollars are on the table. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~view_solution'

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.action~escalate'
  BEFORE_HISTORY=$(pick 'data.*.action')
  BEFORE_HISTORY_RULES=$(pick 'data.*.rule')

  # The buyer looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null "data.length=$ESCALATED_MAILS_BUYER"
  BEFORE_MAILS_BUYER=$(pick data.length)

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null
  BEFORE_MAILS_SELLER=$(pick data.length)

  # The seller looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null 'data.*.action!~decline_solution'
  BEFORE_SELLER_HISTORY=$(pick 'data.*.action')

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null "data.length=$ESCALATED_MAILS_SELLER"
  BEFORE_SELLER_MAILS_SELLER=$(pick data.length)

  # The seller looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200 claim.status=processing
  BEFORE_SELLER_DISPUTE_CLAIM=$(pick claim)
  BEFORE_SELLER_DISPUTE_SOLUTIONS=$(pick solutions)

  # The buyer looks at the seller's solution, which leaves no trace (CLM-6).
  # He looks.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/claim/solution" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null "data.*.action=$BEFORE_HISTORY"

  # The buyer looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null "data.length=$BEFORE_MAILS_BUYER"

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null "data.length=$BEFORE_MAILS_SELLER"

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing

  # No Thanks: the solution is off the table, and nobody will know (CLM-6).
  # No, thanks.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/decline-solution" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # It is off the table, and it was never there. The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null "data.*.action=$BEFORE_HISTORY" "data.*.rule=$BEFORE_HISTORY_RULES"

  # The buyer looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null "data.length=$BEFORE_MAILS_BUYER"

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null "data.length=$BEFORE_MAILS_SELLER"

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing status=mediating

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action!~accept_solution'

  # The seller's own page has not changed by a letter. The seller looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null "data.*.action=$BEFORE_SELLER_HISTORY"

  # The seller looks at the mailbox.
  curl -sSi "$HERE/v1/mailbox?limit=100" -H "Authorization: Bearer $SELLER" |
    expect 200 next_cursor=null "data.length=$BEFORE_SELLER_MAILS_SELLER"

  # The seller looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200 "claim=$BEFORE_SELLER_DISPUTE_CLAIM" "solutions=$BEFORE_SELLER_DISPUTE_SOLUTIONS"

  # 12 days pass; it is 21 June 2026, 13:00.
  # And the claim waits on.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P12D"}' |
    expect 200 'fired=[]'

  # The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 165.55 USD escrow → refunding;
  # 144.45 USD escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "165.55", "currency": "USD"},
      "explanation": "A desk with one working motor is half a desk."
    }' |
    expect 200

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.action~rule'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'compensation={"amount": "165.55", "currency": "USD"}'

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=144.45

  # 15 days pass; it is 6 July 2026, 13:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 165.55 USD refunding → refunded.
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

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.action!~decline_solution'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=165.55

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=144.45

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
