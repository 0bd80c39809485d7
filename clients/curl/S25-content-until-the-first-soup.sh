#!/usr/bin/env bash
#
# S25 · Content, until the first soup
# In the documents: 000:L223
#
# The parcel was late, a dispute was opened, the parcel came, the buyer was content and cancelled. Under the
# older book the order is then closed and paid. At the first soup the blender dies. There is no second
# dispute to open, but there is a week in which to appeal, and at least a part of the money to be had.
#
# Tales:
#   1. appealed within the week (legacy)
#   2. a week and no second more (legacy)
#   3. appealed, and then silent (legacy)
#
# To play it: start an emulator (make run), then clients/curl/S25-content-until-the-first-soup.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S25.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: appealed within the week · legacy ══════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 February 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S25 appealed within the week",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-02-03T18:00:00Z",
    "frozen": true,
    "seed": "S25 appealed within the week"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 61.35 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Immersion blender, copper", "quantity": 1},
    "total": {"amount": "61.35", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RB229417730CN"}' |
  expect 200

# 46 days pass; it is 21 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P46D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "61.35", "currency": "USD"},
    "explanation": "Past its date, and the number has no news."
  }' |
  expect 201
DISPUTE=$(pick id)

# 4 days pass; it is 25 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P4D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# No news turns out to be good news: it is here.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 61.35 USD escrow → seller.
# Content, he takes his dispute back.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "goods_received",
    "comment": "A beauty. I am content.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=61.35

# 3 days pass; it is 28 March 2026, 18:00.
# First soup. A smell of copper, then silence.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# A second dispute is not possible.
# Refused (OPEN-7): After a cancelled dispute this ruleset allows no new one. Where it may be appealed,
# `appeal` is among `allowed_actions`.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "defective",
    "remedy": "refund",
    "amount": {"amount": "40.00", "currency": "USD"},
    "explanation": "It died in a leek."
  }' |
  expect 409 code=no_second_dispute rule=OPEN-7

# The buyer uploads motor.png.
base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAOxjhHpQwzKAPBFakb+RI9lAIGY8vabOE2vAOQhgIa0tUnAAFRCxKHh9bsRAEKVpvcBTTVvAHjMWwUXNQV8AM05fh9oaF1wh5wecp+h/A0AAAAASUVORK5CYII= |
curl -sSi -X POST "$HERE/v1/evidence" \
  -H "Authorization: Bearer $BUYER" \
  -F 'file=@-;filename=motor.png' |
  expect 201
MOTOR_FILE=$(pick id)

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 61.35 USD seller → hold.
# An appeal is.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "explanation": "It worked in the air and died in the soup. Picture of the motor attached.",
    "evidence": ["'"$MOTOR_FILE"'"]
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating claim.status=processing evidence.length=1

# The mediator asks both sides (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "both",
    "question": "What happened to the motor?",
    "evidence_required": false
  }' |
  expect 200

# The buyer answers; the seller still has to (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "One litre of leek soup, half a minute."}' |
  expect 200

# The seller answers; the mediator goes on (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"text": "Soup was perhaps too thick."}' |
  expect 200

# 5 days pass; it is 2 April 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P5D"}' |
  expect 200 'fired=[]'

# The mediator rules on the appeal: the whole sum, never below the first (CLM-9). Money: 24.54 USD hold →
# refunding; 36.81 USD hold → seller.
# 24.54 of it, says the mediator.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "in_favor_of": "buyer",
    "amount": {"amount": "24.54", "currency": "USD"},
    "explanation": "It should survive one soup; the copper is still worth something."
  }' |
  expect 200

# It comes out of what the seller had been paid. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=payment_processing

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 'compensation={"amount": "24.54", "currency": "USD"}'

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=36.81 held.USD.amount=0.00

# 15 days pass; it is 17 April 2026, 18:00.
# By itself (PAY-1): The refund arrives and the order is finished. Money: 24.54 USD refunding → refunded.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P15D"}' |
  expect 200 'fired.*.rule=["PAY-1"]'

# The buyer tries to appeal the end of the dispute.
# A second helping is not served.
# Refused (CLM-9): An order is appealed once. The second ruling stays.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"explanation": "The rest as well, please."}' |
  expect 409 code=appealed_already rule=CLM-9

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 outcome=ruled_for_buyer

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=24.54

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=36.81

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 2 of 3: a week and no second more · legacy ═════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 February 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S25 a week and no second more",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-02-03T18:00:00Z",
    "frozen": true,
    "seed": "S25 a week and no second more"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 61.35 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Immersion blender, copper", "quantity": 1},
    "total": {"amount": "61.35", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RB229417730CN"}' |
  expect 200

# 46 days pass; it is 21 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P46D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "61.35", "currency": "USD"},
    "explanation": "Past its date, and the number has no news."
  }' |
  expect 201
DISPUTE=$(pick id)

# 4 days pass; it is 25 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P4D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# No news turns out to be good news: it is here.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 61.35 USD escrow → seller.
# Content, he takes his dispute back.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "goods_received",
    "comment": "A beauty. I am content.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=61.35

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick appeal_until)

# 7 days pass; it is 1 April 2026, 18:00.
# He cooks rarely. The first soup is on the eighth day.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200 'fired=[]'

# The buyer tries to appeal the end of the dispute.
# Refused (CLM-9): The time to appeal is over. `deadline` says when it ended.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"explanation": "It died in the soup."}' |
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
  expect 200 balance.USD.amount=61.35 held.USD.amount=0.00

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 3 of 3: appealed, and then silent · legacy ═════════════════════════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 February 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S25 appealed, and then silent",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-02-03T18:00:00Z",
    "frozen": true,
    "seed": "S25 appealed, and then silent"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)
MEDIATOR=$(pick accounts.mediator.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 61.35 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Immersion blender, copper", "quantity": 1},
    "total": {"amount": "61.35", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{"tracking_number": "RB229417730CN"}' |
  expect 200

# 46 days pass; it is 21 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P46D"}' |
  expect 200 'fired=[]'

# The buyer opens a dispute; the seller has to answer (OPEN-8).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "not_received",
    "remedy": "refund",
    "amount": {"amount": "61.35", "currency": "USD"},
    "explanation": "Past its date, and the number has no news."
  }' |
  expect 201
DISPUTE=$(pick id)

# 4 days pass; it is 25 March 2026, 18:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P4D"}' |
  expect 200 'fired=[]'

# The carrier reports the parcel delivered, which confirms nothing (ORD-7).
# No news turns out to be good news: it is here.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"parcel": "order"}' |
  expect 200

# The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 61.35 USD escrow → seller.
# Content, he takes his dispute back.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/cancel" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "goods_received",
    "comment": "A beauty. I am content.",
    "confirm": true
  }' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished 'allowed_actions.*.action~appeal'

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed outcome=cancelled

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=61.35

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick appeal_until)

# 7 days pass, but for a second; it is 1 April 2026, 17:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer appeals: the mediator looks at the dispute once more, and the payout is on hold (CLM-9). Money:
# 61.35 USD seller → hold.
# In the last second of the week, he appeals.
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/appeal" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{"explanation": "It died in the soup."}' |
  expect 200

# The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=in_dispute

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=mediating

# The mediator asks the buyer (CLM-2).
curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
  -H "Authorization: Bearer $MEDIATOR" \
  -H 'Content-Type: application/json' \
  -d '{
    "to": "buyer",
    "question": "Please send a picture of the motor.",
    "evidence_required": true
  }' |
  expect 200

# Until when? The buyer reads it off the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick claim.questions.0.due_at)

# 9 days pass; it is 10 April 2026, 17:59:59.
# Then he loses interest, and so does the mediator.
# By itself (CLM-9): The buyer let the question about his appeal pass: the first end stands. Money: 61.35
# USD hold → seller.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'"}' |
  expect 200

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished

# The buyer looks at the dispute.
curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
  expect 200 status=closed

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=61.35

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'
