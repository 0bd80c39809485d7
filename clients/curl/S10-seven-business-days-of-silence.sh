#!/usr/bin/env bash
#
# S10 · Seven business days of silence
# In the documents: 000:L93
#
# A question from the mediator is not small talk. The buyer has seven business days and lets them go by, and
# the case is closed for the seller, whatever the pillow was made of. An answer that leaves out the evidence
# she asked for is no better than none; and silence costs the seller just as dearly.
#
# Tales:
#   1. no answer (standard, legacy)
#   2. an answer without the picture (standard, legacy)
#   3. both are silent (standard, legacy)
#   4. the seller is silent, about an exchange (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S10-seven-business-days-of-silence.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S10.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 4: no answer · standard, legacy ═══════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S10 no answer",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-02T09:00:00Z",
      "frozen": true,
      "seed": "S10 no answer"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 45.10 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Travel pillow, memory foam", "quantity": 1},
      "total": {"amount": "45.10", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LK120553018CN"}' |
    expect 200

  # 14 days pass; it is 16 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
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
      "amount": {"amount": "45.10", "currency": "USD"},
      "explanation": "The foam remembers nothing. It is a sack of crumbs."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 18 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Foam is foam."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "The pillow says foam, the scissors say crumbs."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # 5 days pass; it is 23 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The mediator asks the buyer (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "buyer",
      "question": "Please send a picture of the opened seam.",
      "evidence_required": true
    }' |
    expect 200

  # Seven business days from a Monday end on a Wednesday, nine days later. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      claim.status=waiting_for_buyer \
      'claim.status_label=Waiting my response' \
      claim.questions.0.due_at=2026-03-04T09:00:00Z

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick claim.questions.0.due_at)

  # 9 days pass, but for a second; it is 4 March 2026, 08:59:59.
  # He is on holiday, with another pillow.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=waiting_for_buyer

  # A second passes; it is 4 March 2026, 09:00.
  # By itself (CLM-4): The buyer let the mediator's question pass: closed in the seller's favour. Money: 45.10
  # USD escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["CLM-4"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=defaulted_for_seller

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer tries to open a dispute.
  # Being away is not a reason on the list.
  # Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
  # cancelled claim there is no second dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "45.10", "currency": "USD"},
      "explanation": "I was away!"
    }' |
    expect 409 code=dispute_was_final rule=OPEN-6

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=45.10

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 4: an answer without the picture · standard, legacy ═══════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S10 an answer without the picture",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-02T09:00:00Z",
      "frozen": true,
      "seed": "S10 an answer without the picture"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 45.10 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Travel pillow, memory foam", "quantity": 1},
      "total": {"amount": "45.10", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LK120553018CN"}' |
    expect 200

  # 14 days pass; it is 16 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
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
      "amount": {"amount": "45.10", "currency": "USD"},
      "explanation": "The foam remembers nothing. It is a sack of crumbs."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 18 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Foam is foam."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "The pillow says foam, the scissors say crumbs."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # 5 days pass; it is 23 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The mediator asks the buyer (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "buyer",
      "question": "Please send a picture of the opened seam.",
      "evidence_required": true
    }' |
    expect 200

  # 3 days pass; it is 26 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer tries to answer the mediator.
  # She may not. The question stays open.
  # Refused (CLM-4): The mediator asked for evidence and the answer has none. Attach some; the question stays
  # open.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "You may take my word for the seam."}' |
    expect 422 code=evidence_missing rule=CLM-4

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_buyer claim.questions.length=1

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick claim.questions.0.due_at)

  # 6 days pass; it is 4 March 2026, 09:00.
  # By itself (CLM-4): The buyer let the mediator's question pass: closed in the seller's favour. Money: 45.10
  # USD escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["CLM-4"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=45.10

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 4: both are silent · standard, legacy ═════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S10 both are silent",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-02T09:00:00Z",
      "frozen": true,
      "seed": "S10 both are silent"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 45.10 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Travel pillow, memory foam", "quantity": 1},
      "total": {"amount": "45.10", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LK120553018CN"}' |
    expect 200

  # 14 days pass; it is 16 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
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
      "amount": {"amount": "45.10", "currency": "USD"},
      "explanation": "The foam remembers nothing. It is a sack of crumbs."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 18 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Foam is foam."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "The pillow says foam, the scissors say crumbs."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # 5 days pass; it is 23 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The mediator asks both sides (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "both",
      "question": "Which of you has the pillow, and what is in it?",
      "evidence_required": false
    }' |
    expect 200

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick claim.questions.0.due_at)

  # 9 days pass, but for a second; it is 4 March 2026, 08:59:59.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_both

  # A second passes; it is 4 March 2026, 09:00.
  # Both let the same hour pass. The one who complained is the one who loses by it.
  # By itself (CLM-4): The buyer let the mediator's question pass: closed in the seller's favour. Money: 45.10
  # USD escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["CLM-4"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=45.10

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 4 of 4: the seller is silent, about an exchange · standard, legacy ═════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 2 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S10 the seller is silent, about an exchange",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-02T09:00:00Z",
      "frozen": true,
      "seed": "S10 the seller is silent, about an exchange"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 45.10 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Travel pillow, memory foam", "quantity": 1},
      "total": {"amount": "45.10", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LK120553018CN"}' |
    expect 200

  # 14 days pass; it is 16 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14D"}' |
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
      "reason": "defective",
      "remedy": "exchange",
      "amount": {"amount": "45.10", "currency": "USD"},
      "explanation": "The foam remembers nothing. It is a sack of crumbs."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 18 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "Foam is foam."}' |
    expect 200

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "The pillow says foam, the scissors say crumbs."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # 5 days pass; it is 23 February 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The mediator asks the seller (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "seller",
      "question": "Will you send another pillow?",
      "evidence_required": false
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_seller 'claim.status_label=Waiting for other party'"'"'s response'

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick claim.questions.0.due_at)

  # 9 days pass; it is 4 March 2026, 09:00.
  # No word about another pillow. Then it shall be the money, against the pillow.
  # By itself (CLM-4): The seller let the mediator's question pass: the buyer gets the money against the
  # goods.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["CLM-4"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 2 days pass; it is 6 March 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RZ330185520FR"}' |
    expect 200

  # 9 days pass; it is 15 March 2026, 09:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P9D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # The seller has the goods back: the refund starts (RET-1). Money: 45.10 USD escrow → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_buyer 'compensation={"amount": "45.10", "currency": "USD"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 30 March 2026, 09:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 45.10 USD refunding → refunded.
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
    expect 200 refunded.USD.amount=45.10

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
