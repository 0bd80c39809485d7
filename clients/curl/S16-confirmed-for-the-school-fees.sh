#!/usr/bin/env bash
#
# S16 · Confirmed for the school fees
# In the documents: 000:L33–35; 003:L80
#
# The seller needs the money early, for a good cause, and the tracking looks fine. The buyer confirms a
# parcel he does not have, and it goes to another address. He has fifteen days from his confirmation: a
# second before their end the dispute is taken, and at their end it is not.
#
# Tales:
#   1. a second before (standard, legacy)
#   2. at fifteen days (standard, legacy)
#   3. too early and then too late, by the older book (legacy)
#   4. where the fifteen days count from the carrier's word (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S16-confirmed-for-the-school-fees.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S16.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 4: a second before · standard, legacy ═════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S16 a second before",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-10T12:00:00Z",
      "frozen": true,
      "seed": "S16 a second before"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 156.75 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Espresso grinder", "quantity": 1},
      "total": {"amount": "156.75", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "tracking_number": "EE417720835CN",
      "carrier": "Express",
      "delivery_days": 20
    }' |
    expect 200

  # 4 days pass; it is 14 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  # A father writes.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "My son begins school and the fees are due. The tracking is good, could you confirm today?"
    }' |
    expect 201

  # 5 days pass; it is 19 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 156.75 USD
  # escrow → seller.
  # The tracking is good and school is dear. He confirms.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The seller is paid at once. The grinder is somewhere over Siberia. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished delivered_at=null

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=156.75

  # 3 days pass; it is 22 February 2026, 12:00.
  # Delivered, says the tracking at last, in a street he has never heard of.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick dispute_window_ends_at)

  # 12 days pass, but for a second; it is 6 March 2026, 11:59:59.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer opens a dispute; the seller has to answer (OPEN-8). Money: 156.75 USD seller → hold.
  # One second left, and enough.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_address",
      "remedy": "refund",
      "amount": {"amount": "156.75", "currency": "USD"},
      "explanation": "The delivery receipt shows a street in another city."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # What the seller was paid for this order is held. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 held.USD.amount=156.75

  # A day passes; it is 7 March 2026, 11:59:59.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 156.75 USD hold → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 held.USD.amount=0.00 balance.USD.amount=0.00

  # 15 days pass; it is 22 March 2026, 11:59:59.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 156.75 USD refunding → refunded.
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
    expect 200 outcome=accepted_by_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=156.75

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00 held.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 4: at fifteen days · standard, legacy ═════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S16 at fifteen days",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-10T12:00:00Z",
      "frozen": true,
      "seed": "S16 at fifteen days"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 156.75 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Espresso grinder", "quantity": 1},
      "total": {"amount": "156.75", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "tracking_number": "EE417720835CN",
      "carrier": "Express",
      "delivery_days": 20
    }' |
    expect 200

  # 4 days pass; it is 14 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P4D"}' |
    expect 200 'fired=[]'

  # The seller writes to the buyer; words change nothing, promises least of all (REC-3).
  # A father writes.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "My son begins school and the fees are due. The tracking is good, could you confirm today?"
    }' |
    expect 201

  # 5 days pass; it is 19 February 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200 'fired=[]'

  # The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 156.75 USD
  # escrow → seller.
  # The tracking is good and school is dear. He confirms.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
    expect 200

  # The seller is paid at once. The grinder is somewhere over Siberia. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished delivered_at=null

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=156.75

  # 3 days pass; it is 22 February 2026, 12:00.
  # Delivered, says the tracking at last, in a street he has never heard of.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick dispute_window_ends_at)

  # 12 days pass; it is 6 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired=[]'

  # The buyer tries to open a dispute.
  # Fifteen days are over at the moment they are over.
  # Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_address",
      "remedy": "refund",
      "amount": {"amount": "156.75", "currency": "USD"},
      "explanation": "The delivery receipt shows a street in another city."
    }' |
    expect 409 code=window_closed rule=OPEN-2

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished dispute=null

  # 60 days pass; it is 5 May 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P60D"}' |
    expect 200 'fired=[]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      status=finished \
      dispute=null \
      dispute_window_ends_at=2026-03-06T12:00:00Z \
      'allowed_actions.*.action!~open_dispute'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=156.75

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 4: too early and then too late, by the older book · legacy ════════════════════════════════════

# A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 February 2026, 12:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
    "name": "S16 too early and then too late, by the older book",
    "world": "empty",
    "ruleset": "legacy",
    "now": "2026-02-10T12:00:00Z",
    "frozen": true,
    "seed": "S16 too early and then too late, by the older book"
  }' |
  expect 201
SANDBOX=$(pick id)
STORE=$(pick accounts.seller.store)
BUYER=$(pick accounts.buyer.token)
SELLER=$(pick accounts.seller.token)

# The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 156.75 USD outside → escrow.
curl -sSi -X POST "$HERE/v1/orders" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "store": "'"$STORE"'",
    "item": {"title": "Espresso grinder", "quantity": 1},
    "total": {"amount": "156.75", "currency": "USD"}
  }' |
  expect 201
ORDER=$(pick id)

# The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "tracking_number": "EE417720835CN",
    "carrier": "Express",
    "delivery_days": 45
  }' |
  expect 200

# 4 days pass; it is 14 February 2026, 12:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P4D"}' |
  expect 200 'fired=[]'

# The seller writes to the buyer; words change nothing, promises least of all (REC-3).
# A father writes.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/messages" \
  -H "Authorization: Bearer $SELLER" \
  -H 'Content-Type: application/json' \
  -d '{
    "text": "My son begins school and the fees are due. The tracking is good, could you confirm today?"
  }' |
  expect 201

# 5 days pass; it is 19 February 2026, 12:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P5D"}' |
  expect 200 'fired=[]'

# The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 156.75 USD
# escrow → seller.
# The tracking is good and school is dear. He confirms.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
  expect 200

# The seller is paid at once. The grinder is somewhere over Siberia. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished delivered_at=null

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=156.75

# 3 days pass; it is 22 February 2026, 12:00.
# Delivered, says the tracking at last, in a street he has never heard of.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P3D"}' |
  expect 200 'fired=[]'

# A day passes; it is 23 February 2026, 12:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "P1D"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# The older book listens to tracking complaints only once the delivery is due.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "wrong_address",
    "remedy": "refund",
    "amount": {"amount": "156.75", "currency": "USD"},
    "explanation": "It went to a street in another city."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# Until when? The buyer reads it off the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200
UNTIL=$(pick dispute_window_ends_at)

# 11 days pass, but for a second; it is 6 March 2026, 11:59:59.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# Refused (OPEN-3): This reason cannot be given now. Not received: once delivery is overdue and receipt not
# confirmed. The goods: once delivered or confirmed.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "wrong_address",
    "remedy": "refund",
    "amount": {"amount": "156.75", "currency": "USD"},
    "explanation": "It went to a street in another city."
  }' |
  expect 409 code=reason_not_open rule=OPEN-3

# A second passes; it is 6 March 2026, 12:00.
curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
  -H "X-Emulator-Key: $EMULATOR_KEY" \
  -H 'Content-Type: application/json' \
  -d '{"by": "PT1S"}' |
  expect 200 'fired=[]'

# The buyer tries to open a dispute.
# Too early turns into too late with nothing in between.
# Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
  -H "Authorization: Bearer $BUYER" \
  -H 'Content-Type: application/json' \
  -d '{
    "reason": "wrong_address",
    "remedy": "refund",
    "amount": {"amount": "156.75", "currency": "USD"},
    "explanation": "It went to a street in another city."
  }' |
  expect 409 code=window_closed rule=OPEN-2

# How it ends. The buyer looks at the order.
curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
  expect 200 status=finished dispute=null

# The buyer looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
  expect 200 refunded.USD.amount=0.00

# The seller looks at his money.
curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
  expect 200 balance.USD.amount=156.75

# Every invariant of the rulebook holds, and every cent is accounted for.
curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
  expect 200 ok=true 'violations=[]'


# ══ Tale 4 of 4: where the fifteen days count from the carrier's word · standard, legacy ════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 February 2026, 12:00.
  # Settings that are not the ruleset's: receipt_means: delivered.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S16 where the fifteen days count from the carrier'\''s word",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "settings": {"receipt_means": "delivered"},
      "now": "2026-02-10T12:00:00Z",
      "frozen": true,
      "seed": "S16 where the fifteen days count from the carrier'\''s word"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 156.75 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Espresso grinder", "quantity": 1},
      "total": {"amount": "156.75", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "tracking_number": "EE417720835CN",
      "carrier": "Express",
      "delivery_days": 20
    }' |
    expect 200

  # 20 days pass; it is 2 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  # The carrier says delivered. Nobody has confirmed anything.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      status=awaiting_confirmation \
      delivered_at=2026-03-02T12:00:00Z \
      dispute_window_ends_at=2026-03-17T12:00:00Z \
      protection_ends_at=2026-04-11T12:00:00Z

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick dispute_window_ends_at)

  # 15 days pass, but for a second; it is 17 March 2026, 11:59:59.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~open_dispute'

  # A second passes; it is 17 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired=[]'

  # The buyer tries to open a dispute.
  # The protection has weeks to run, and it does not help.
  # Refused (OPEN-2): The window to dispute this order has closed. `deadline` says when it did.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "156.75", "currency": "USD"},
      "explanation": "A grinder for pepper, not for coffee."
    }' |
    expect 409 code=window_closed rule=OPEN-2

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=awaiting_confirmation

  # Until when? The buyer reads it off the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick protection_ends_at)

  # 25 days pass; it is 11 April 2026, 12:00.
  # By itself (ORD-6): The protection timer runs out with no dispute open: the order finishes and the seller
  # is paid. Money: 156.75 USD escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'"}' |
    expect 200 'fired.*.rule=["ORD-6"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished dispute=null

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=156.75

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
