#!/usr/bin/env bash
#
# S23 · A week to object
# In the documents: 000:L199, L219, L227
#
# The older book is quicker and less final. Negotiation lasts seven days instead of fifteen; what is with
# the mediator cannot be withdrawn; and her decision may be appealed for a week, once. The second ruling can
# only be kinder to the buyer than the first.
#
# Tales:
#   1. appealed in the week (legacy)
#   2. after the week (legacy)
#   3. in the last second, in vain (legacy)
#   4. an older book with a softer page (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S23-a-week-to-object.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S23.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 4: appealed in the week · legacy ══════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S23 appealed in the week",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-03-03T08:00:00Z",
    "frozen": true,
    "seed": "S23 appealed in the week"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Hair clipper with six combs", "quantity": 1},
    "total": {"amount": "64.50", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 4 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RC551930047CN"}' |
  expect 200

# 15 days pass; it is 19 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer uploads combs.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAdxbPhZ6jbtAIgN/h8UNTOAAJvHf7IS64GxAH4TpY9v9k6iALGWTP4sZoKTAOURfv03xNYGAKDEnLfMyOOCAAqTfZTOmZPMj7YicQHN8zEAAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=combs.png' |
  expect 201
COMBS_FILE=$(pick id)

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "50.00", "currency": "USD"},
    "explanation": "Six combs were announced and one was sent. I have a very even haircut.",
    "evidence": ["'"$COMBS_FILE"'"]
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 escalates_at=2026-03-26T08:00:00Z

# 7 days pass, but for a second; it is 26 March 2026, 07:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P6DT23H59M59S"}' |
  expect 200 'fired=[]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# A second passes; it is 26 March 2026, 08:00.
# Seven days, in this book, and it is with the mediator.
# By itself (ESC-2): No agreement in time: the mediator takes over.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT1S"}' |
  expect 200 'fired.*.rule=["ESC-2"]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 'allowed_actions.*.action!~cancel'

# The buyer tries to cancel the dispute.
# It is not the buyer's to take back any more.
# Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "We have talked, he will send the combs.",
    "confirm": true
  }' |
  expect 409 code=not_cancellable rule=CAN-1

# The mediator asks the seller (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "seller",
    "question": "How many combs does the listing show?",
    "evidence_required": false
  }' |
  expect 200

# The seller answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "Six, but one is in focus."}' |
  expect 200

# 3 days pass; it is 29 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 20.00 USD escrow → refunding;
# 44.50 USD escrow → seller.
# 20.00 for five combs.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "20.00", "currency": "USD"},
    "explanation": "Combs are missing; the clipper clips."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=closed \
    outcome=ruled_for_buyer \
    'compensation={"amount": "20.00", "currency": "USD"}' \
    appeal_until=2026-04-05T08:00:00Z

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# 6 days pass; it is 4 April 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P6D"}' |
  expect 200 'fired=[]'

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 44.50 USD seller → hold.
# On the sixth day the buyer objects.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The missing combs cost forty dollars in the same store. I attach nothing but arithmetic."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute 'allowed_actions.*.action!~cancel_claim'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing

# There is nothing to haggle about now: she asks, they answer, she rules. The seller looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $SELLER" |
  expect 200 'allowed_actions.*.action!~offer'

# 12 days pass; it is 16 April 2026, 08:00.
# The first refund, already under way, arrives meanwhile.
# By itself (PAY-1): The first refund arrives while the appeal is heard. Money: 20.00 USD refunding →
# refunded.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P12D"}' |
  expect 200 'fired.*.rule=["PAY-1"]'

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=20.00

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The mediator tries to rule the claim.
# She may not go below her first ruling.
# Refused (CLM-9): The second ruling names the whole sum and is never below the first. Name at least what
# the buyer has already.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "15.00", "currency": "USD"},
    "explanation": "On second thoughts, less."
  }' |
  expect 422 code=ruling_below_first rule=CLM-9

# The mediator rules on the appeal: the whole sum, never below the first (CLM-9). Money: 30.00 USD hold →
# refunding; 14.50 USD hold → seller.
# 50.00 in all, thirty of it new.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "50.00", "currency": "USD"},
    "explanation": "The combs are sold apart, at a price."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=payment_processing \
    refund.parts.length=2 \
    'refund.parts.1.amount={"amount": "30.00", "currency": "USD"}'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=ruled_for_buyer 'compensation={"amount": "50.00", "currency": "USD"}'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.50

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=20.00

# The buyer tries to appeal the end of the dispute.
# One appeal an order.
# Refused (CLM-9): An order is appealed once. The second ruling stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The missing combs cost forty dollars in the same store. I attach nothing but arithmetic."
  }' |
  expect 409 code=appealed_already rule=CLM-9

# 15 days pass; it is 1 May 2026, 08:00.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 30.00 USD refunding → refunded.
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
  expect 200 outcome=ruled_for_buyer 'compensation={"amount": "50.00", "currency": "USD"}'

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=50.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=14.50

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 4: after the week · legacy ════════════════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S23 after the week",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-03-03T08:00:00Z",
    "frozen": true,
    "seed": "S23 after the week"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Hair clipper with six combs", "quantity": 1},
    "total": {"amount": "64.50", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 4 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RC551930047CN"}' |
  expect 200

# 15 days pass; it is 19 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer uploads combs.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAdxbPhZ6jbtAIgN/h8UNTOAAJvHf7IS64GxAH4TpY9v9k6iALGWTP4sZoKTAOURfv03xNYGAKDEnLfMyOOCAAqTfZTOmZPMj7YicQHN8zEAAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=combs.png' |
  expect 201
COMBS_FILE=$(pick id)

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "50.00", "currency": "USD"},
    "explanation": "Six combs were announced and one was sent. I have a very even haircut.",
    "evidence": ["'"$COMBS_FILE"'"]
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 escalates_at=2026-03-26T08:00:00Z

# 7 days pass, but for a second; it is 26 March 2026, 07:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P6DT23H59M59S"}' |
  expect 200 'fired=[]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# A second passes; it is 26 March 2026, 08:00.
# Seven days, in this book, and it is with the mediator.
# By itself (ESC-2): No agreement in time: the mediator takes over.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT1S"}' |
  expect 200 'fired.*.rule=["ESC-2"]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 'allowed_actions.*.action!~cancel'

# The buyer tries to cancel the dispute.
# It is not the buyer's to take back any more.
# Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "We have talked, he will send the combs.",
    "confirm": true
  }' |
  expect 409 code=not_cancellable rule=CAN-1

# The mediator asks the seller (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "seller",
    "question": "How many combs does the listing show?",
    "evidence_required": false
  }' |
  expect 200

# The seller answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "Six, but one is in focus."}' |
  expect 200

# 3 days pass; it is 29 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 20.00 USD escrow → refunding;
# 44.50 USD escrow → seller.
# 20.00 for five combs.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "20.00", "currency": "USD"},
    "explanation": "Combs are missing; the clipper clips."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=closed \
    outcome=ruled_for_buyer \
    'compensation={"amount": "20.00", "currency": "USD"}' \
    appeal_until=2026-04-05T08:00:00Z

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick appeal_until)

# 7 days pass; it is 5 April 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired=[]'

# The buyer tries to appeal the end of the dispute.
# At seven days the week is over.
# Refused (CLM-9): The time to appeal is over. `deadline` says when it ended.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The missing combs cost forty dollars in the same store. I attach nothing but arithmetic."
  }' |
  expect 409 code=appeal_too_late rule=CLM-9

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed

# 15 days pass; it is 20 April 2026, 08:00.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 20.00 USD refunding → refunded.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired.*.rule=["PAY-1"]'

# The buyer tries to appeal the end of the dispute.
# Refused (CLM-9): The time to appeal is over. `deadline` says when it ended.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The missing combs cost forty dollars in the same store. I attach nothing but arithmetic."
  }' |
  expect 409 code=appeal_too_late rule=CLM-9

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_buyer 'compensation={"amount": "20.00", "currency": "USD"}'

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=20.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 3 of 4: in the last second, in vain · legacy ═══════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S23 in the last second, in vain",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-03-03T08:00:00Z",
    "frozen": true,
    "seed": "S23 in the last second, in vain"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Hair clipper with six combs", "quantity": 1},
    "total": {"amount": "64.50", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# A day passes; it is 4 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RC551930047CN"}' |
  expect 200

# 15 days pass; it is 19 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer uploads combs.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAdxbPhZ6jbtAIgN/h8UNTOAAJvHf7IS64GxAH4TpY9v9k6iALGWTP4sZoKTAOURfv03xNYGAKDEnLfMyOOCAAqTfZTOmZPMj7YicQHN8zEAAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=combs.png' |
  expect 201
COMBS_FILE=$(pick id)

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_as_described",
    "remedy": "refund",
    "amount": {"amount": "50.00", "currency": "USD"},
    "explanation": "Six combs were announced and one was sent. I have a very even haircut.",
    "evidence": ["'"$COMBS_FILE"'"]
  }' |
  expect 201
DISPUTE=$(pick id)

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 escalates_at=2026-03-26T08:00:00Z

# 7 days pass, but for a second; it is 26 March 2026, 07:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P6DT23H59M59S"}' |
  expect 200 'fired=[]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=waiting_for_seller

# A second passes; it is 26 March 2026, 08:00.
# Seven days, in this book, and it is with the mediator.
# By itself (ESC-2): No agreement in time: the mediator takes over.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT1S"}' |
  expect 200 'fired.*.rule=["ESC-2"]'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 'allowed_actions.*.action!~cancel'

# The buyer tries to cancel the dispute.
# It is not the buyer's to take back any more.
# Refused (CAN-1): This dispute can no longer be cancelled. What has been decided or accepted stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "We have talked, he will send the combs.",
    "confirm": true
  }' |
  expect 409 code=not_cancellable rule=CAN-1

# The mediator asks the seller (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "seller",
    "question": "How many combs does the listing show?",
    "evidence_required": false
  }' |
  expect 200

# The seller answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "Six, but one is in focus."}' |
  expect 200

# 3 days pass; it is 29 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 20.00 USD escrow → refunding;
# 44.50 USD escrow → seller.
# 20.00 for five combs.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "20.00", "currency": "USD"},
    "explanation": "Combs are missing; the clipper clips."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 \
    status=closed \
    outcome=ruled_for_buyer \
    'compensation={"amount": "20.00", "currency": "USD"}' \
    appeal_until=2026-04-05T08:00:00Z

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick appeal_until)

# 7 days pass, but for a second; it is 5 April 2026, 07:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 44.50 USD seller → hold.
# One second is left of the week.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "The missing combs cost forty dollars in the same store. I attach nothing but arithmetic."
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating

# A day passes; it is 6 April 2026, 07:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The mediator rules against the appeal: the first end stands (CLM-9). Money: 44.50 USD hold → seller.
# The second ruling goes the other way, and therefore nowhere.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{"in_favor_of": "seller", "explanation": "Nothing new has been shown."}' |
  expect 200

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# 15 days pass; it is 21 April 2026, 07:59:59.
# The first one stands.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 20.00 USD refunding → refunded.
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
  expect 200 refunded.USD.amount=20.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=44.50

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 4 of 4: an older book with a softer page · legacy ══════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 08:00.
# Settings that are not the ruleset's: cancel_while_mediating: withdraw.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S23 an older book with a softer page",
    "world": "empty",
    "ruleset": "legacy",
    "settings": {"cancel_while_mediating": "withdraw"},
    "now": "2026-03-03T08:00:00Z",
    "frozen": true,
    "seed": "S23 an older book with a softer page"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 64.50 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Hair clipper with six combs", "quantity": 1},
    "total": {"amount": "64.50", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RC551930050CN"}' |
  expect 200

# 20 days pass; it is 23 March 2026, 08:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P20D"}' |
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
    "reason": "missing_quantity",
    "remedy": "refund",
    "amount": {"amount": "50.00", "currency": "USD"},
    "explanation": "Five combs short."
  }' |
  expect 201
DISPUTE=$(pick id)

# 7 days pass; it is 30 March 2026, 08:00.
# By itself (ESC-2): No agreement in time: the mediator takes over.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P7D"}' |
  expect 200 'fired.*.rule=["ESC-2"]'

# The buyer cancels the mediated dispute: the order closes and the seller is paid (CAN-3). Money: 64.50 USD
# escrow → seller.
# With one setting changed the claim may be withdrawn; the order closes with it all the same.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "agreement_reached",
    "comment": "The combs came in an envelope.",
    "confirm": true
  }' |
  expect 200

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
  expect 200 balance.USD.amount=64.50 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
