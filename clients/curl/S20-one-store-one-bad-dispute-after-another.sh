#!/usr/bin/env bash
#
# S20 · One store, one bad dispute after another
# In the documents: 000:L27
#
# A store sells lamps that go out. Disputes about the goods pile up, and at the tenth in three months the
# platform closes the store: no new orders, ever. Orders that are already under way run on as if nothing had
# happened, because for their buyers nothing has.
#
# Tales:
#   1. ten disputes (standard, legacy)
#   2. where only marks are counted (standard, legacy)
#   3. cancelled ones do not count (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S20-one-store-one-bad-dispute-after-another.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S20.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 3: ten disputes · standard, legacy ════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 1 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S20 ten disputes",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-03-01T00:00:00Z",
      "frozen": true,
      "seed": "S20 ten disputes"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.10 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 1", "quantity": 1},
      "total": {"amount": "11.10", "currency": "USD"}
    }' |
    expect 201
  BAD1_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD1_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900001055CN"}' |
    expect 200

  # 12 hours pass; it is 1 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD1_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 1 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD1_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.01", "currency": "USD"},
      "explanation": "Lamp number 1 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD1_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD1_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD1_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.20 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 2", "quantity": 1},
      "total": {"amount": "11.20", "currency": "USD"}
    }' |
    expect 201
  BAD2_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD2_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900002055CN"}' |
    expect 200

  # 12 hours pass; it is 2 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD2_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 2 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD2_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.02", "currency": "USD"},
      "explanation": "Lamp number 2 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD2_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD2_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD2_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.30 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 3", "quantity": 1},
      "total": {"amount": "11.30", "currency": "USD"}
    }' |
    expect 201
  BAD3_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD3_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900003055CN"}' |
    expect 200

  # 12 hours pass; it is 2 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD3_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 3 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD3_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.03", "currency": "USD"},
      "explanation": "Lamp number 3 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD3_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD3_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD3_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.40 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 4", "quantity": 1},
      "total": {"amount": "11.40", "currency": "USD"}
    }' |
    expect 201
  BAD4_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD4_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900004055CN"}' |
    expect 200

  # 12 hours pass; it is 3 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD4_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 4 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD4_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.04", "currency": "USD"},
      "explanation": "Lamp number 4 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD4_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD4_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD4_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.50 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 5", "quantity": 1},
      "total": {"amount": "11.50", "currency": "USD"}
    }' |
    expect 201
  BAD5_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD5_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900005055CN"}' |
    expect 200

  # 12 hours pass; it is 3 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD5_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 5 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD5_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.05", "currency": "USD"},
      "explanation": "Lamp number 5 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD5_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD5_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD5_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.60 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 6", "quantity": 1},
      "total": {"amount": "11.60", "currency": "USD"}
    }' |
    expect 201
  BAD6_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD6_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900006055CN"}' |
    expect 200

  # 12 hours pass; it is 4 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD6_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 6 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD6_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.06", "currency": "USD"},
      "explanation": "Lamp number 6 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD6_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD6_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD6_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.70 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 7", "quantity": 1},
      "total": {"amount": "11.70", "currency": "USD"}
    }' |
    expect 201
  BAD7_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD7_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900007055CN"}' |
    expect 200

  # 12 hours pass; it is 4 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD7_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 7 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD7_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.07", "currency": "USD"},
      "explanation": "Lamp number 7 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD7_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD7_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD7_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.80 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 8", "quantity": 1},
      "total": {"amount": "11.80", "currency": "USD"}
    }' |
    expect 201
  BAD8_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD8_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900008055CN"}' |
    expect 200

  # 12 hours pass; it is 5 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD8_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 8 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD8_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.08", "currency": "USD"},
      "explanation": "Lamp number 8 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD8_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD8_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD8_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 11.90 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 9", "quantity": 1},
      "total": {"amount": "11.90", "currency": "USD"}
    }' |
    expect 201
  BAD9_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD9_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900009055CN"}' |
    expect 200

  # 12 hours pass; it is 5 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT12H"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD9_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # Lamp number 9 goes out.
  curl -sSi -X POST "$HERE/v1/orders/$BAD9_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "5.09", "currency": "USD"},
      "explanation": "Lamp number 9 goes out after an hour. I timed it."
    }' |
    expect 201
  BAD9_DISPUTE=$(pick id)

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD9_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$BAD9_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 12.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle lamp, lot 10", "quantity": 1},
      "total": {"amount": "12.00", "currency": "USD"}
    }' |
    expect 201
  TENTH_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$TENTH_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900010055CN"}' |
    expect 200

  # A day passes; it is 6 March 2026, 12:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$TENTH_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 33.33 USD outside → escrow.
  # One buyer, meanwhile, wants a bell.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle bell, brass", "quantity": 1},
      "total": {"amount": "33.33", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # The tenth lamp.
  curl -sSi -X POST "$HERE/v1/orders/$TENTH_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "6.00", "currency": "USD"},
      "explanation": "This one did not even start."
    }' |
    expect 201
  TENTH_DISPUTE=$(pick id)

  # The buyer tries to place an order and pay for it.
  # The shutters are down.
  # Refused (STO-2): This store is closed for good. Order from another store; open orders run on.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle bell, brass", "quantity": 1},
      "total": {"amount": "33.33", "currency": "USD"}
    }' |
    expect 409 code=store_closed rule=STO-2

  # 2 days pass; it is 8 March 2026, 12:00.
  # Under legacy: By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  # The bell, ordered an hour before, is packed and sent all the same.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LB900099001CN"}' |
    expect 200

  # 5 days pass; it is 13 March 2026, 12:00.
  # Under legacy: By itself (ESC-2): No agreement in time: the mediator takes over. By itself (ESC-2): No
  # agreement in time: the mediator takes over. By itself (ESC-2): No agreement in time: the mediator takes
  # over. By itself (ESC-2): No agreement in time: the mediator takes over. By itself (ESC-2): No agreement in
  # time: the mediator takes over. By itself (ESC-2): No agreement in time: the mediator takes over. By itself
  # (ESC-2): No agreement in time: the mediator takes over. By itself (ESC-2): No agreement in time: the
  # mediator takes over. By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P5D"}' |
    expect 200

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer confirms receipt: the order finishes and the seller is paid at once (ORD-7). Money: 33.33 USD
  # escrow → seller.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/confirm-receipt" -H "Authorization: Bearer $BUYER" |
    expect 200

  # It rings. The seller is paid for it. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=33.33

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$TENTH_DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # Under standard: The seller accepts: the buyer gets what he asked (SELL-4). Money: 6.00 USD escrow →
  # refunding; 6.00 USD escrow → seller.
  # Under legacy: The seller accepts while the platform mediates: the buyer gets what he asked (SELL-4).
  # Money: 6.00 USD escrow → refunding; 6.00 USD escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$TENTH_DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$TENTH_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$TENTH_DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=accepted_by_seller

  # The buyer tries to place an order and pay for it.
  # Making good does not raise the shutters.
  # Refused (STO-2): This store is closed for good. Order from another store; open orders run on.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Bicycle bell, brass", "quantity": 1},
      "total": {"amount": "33.33", "currency": "USD"}
    }' |
    expect 409 code=store_closed rule=STO-2

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$BAD1_ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished dispute=null

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=39.33

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 3: where only marks are counted · standard, legacy ════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 1 March 2026, 00:00.
  # Settings that are not the ruleset's: store_close_count: 3, store_close_counts: marks.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S20 where only marks are counted",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "settings": {"store_close_count": 3, "store_close_counts": "marks"},
      "now": "2026-03-01T00:00:00Z",
      "frozen": true,
      "seed": "S20 where only marks are counted"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 20.01 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Head torch, model 1", "quantity": 1},
      "total": {"amount": "20.01", "currency": "USD"}
    }' |
    expect 201
  BAD1_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD1_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LT400001221CN"}' |
    expect 200

  # 3 days pass; it is 4 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD1_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$BAD1_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "10.01", "currency": "USD"},
      "explanation": "Model 1 is no torch, it is a glimmer."
    }' |
    expect 201
  BAD1_DISPUTE=$(pick id)

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$BAD1_DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 10.01 USD escrow → refunding; 10.00 USD
  # escrow → seller.
  # The seller pays: mark number 1.
  curl -sSi -X POST "$HERE/v1/disputes/$BAD1_DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 20.02 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Head torch, model 2", "quantity": 1},
      "total": {"amount": "20.02", "currency": "USD"}
    }' |
    expect 201
  BAD2_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$BAD2_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LT400002221CN"}' |
    expect 200

  # 3 days pass; it is 7 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$BAD2_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$BAD2_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "10.02", "currency": "USD"},
      "explanation": "Model 2 is no torch, it is a glimmer."
    }' |
    expect 201
  BAD2_DISPUTE=$(pick id)

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$BAD2_DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 10.02 USD escrow → refunding; 10.00 USD
  # escrow → seller.
  # The seller pays: mark number 2.
  curl -sSi -X POST "$HERE/v1/disputes/$BAD2_DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 20.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Head torch, model 3", "quantity": 1},
      "total": {"amount": "20.00", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LT400003221CN"}' |
    expect 200

  # 3 days pass; it is 10 March 2026, 00:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200

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
      "amount": {"amount": "7.77", "currency": "USD"},
      "explanation": "A glimmer again."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 9.00 USD outside → escrow.
  # Three disputes, but only two marks: the store is open.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Torch strap", "quantity": 1},
      "total": {"amount": "9.00", "currency": "USD"}
    }' |
    expect 201
  STRAP_ORDER=$(pick id)

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the buyer gets what he asked (SELL-4). Money: 7.77 USD escrow → refunding; 12.23 USD
  # escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer tries to place an order and pay for it.
  # The third refund is the third mark.
  # Refused (STO-2): This store is closed for good. Order from another store; open orders run on.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Torch strap", "quantity": 1},
      "total": {"amount": "9.00", "currency": "USD"}
    }' |
    expect 409 code=store_closed rule=STO-2

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$STRAP_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LT400004221CN"}' |
    expect 200

  # 20 days pass; it is 30 March 2026, 00:00.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 10.01 USD refunding → refunded. By
  # itself (PAY-1): The refund arrives and the order is finished. Money: 10.02 USD refunding → refunded. By
  # itself (PAY-1): The refund arrives and the order is finished. Money: 7.77 USD refunding → refunded.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=accepted_by_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=27.80

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=32.23

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 3: cancelled ones do not count · standard, legacy ═════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 1 March 2026, 00:00.
  # Settings that are not the ruleset's: store_close_count: 3.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S20 cancelled ones do not count",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "settings": {"store_close_count": 3},
      "now": "2026-03-01T00:00:00Z",
      "frozen": true,
      "seed": "S20 cancelled ones do not count"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 15.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Garden hose, 1 m", "quantity": 1},
      "total": {"amount": "15.00", "currency": "USD"}
    }' |
    expect 201
  HOSE1_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE1_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LH700001118CN"}' |
    expect 200

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$HOSE1_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 15.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Garden hose, 2 m", "quantity": 1},
      "total": {"amount": "15.00", "currency": "USD"}
    }' |
    expect 201
  HOSE2_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE2_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LH700002118CN"}' |
    expect 200

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$HOSE2_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 15.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Garden hose, 3 m", "quantity": 1},
      "total": {"amount": "15.00", "currency": "USD"}
    }' |
    expect 201
  HOSE3_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE3_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LH700003118CN"}' |
    expect 200

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$HOSE3_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 15.00 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Garden hose, 4 m", "quantity": 1},
      "total": {"amount": "15.00", "currency": "USD"}
    }' |
    expect 201
  HOSE4_ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE4_ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LH700004118CN"}' |
    expect 200

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$HOSE4_ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE1_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "4.00", "currency": "USD"},
      "explanation": "It leaks at both ends."
    }' |
    expect 201
  HOSE1_DISPUTE=$(pick id)

  # Under standard: The buyer cancels in time: the order goes back to the status it had, its timers running on
  # (CAN-3).
  # Under legacy: The buyer cancels: the order closes and the seller is paid (CAN-3). Money: 15.00 USD escrow
  # → seller.
  # One dispute is taken back.
  curl -sSi -X POST "$HERE/v1/disputes/$HOSE1_DISPUTE/cancel" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "filed_by_mistake",
      "comment": "It is a hose. It is meant to.",
      "confirm": true
    }' |
    expect 200

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE2_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "4.00", "currency": "USD"},
      "explanation": "It leaks in the middle."
    }' |
    expect 201

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE3_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "4.00", "currency": "USD"},
      "explanation": "It does not leak at all, and ought to."
    }' |
    expect 201

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 3.00 USD outside → escrow.
  # Three opened, one cancelled: two count, and the store sells on.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Hose clamp", "quantity": 1},
      "total": {"amount": "3.00", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$HOSE4_ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "4.00", "currency": "USD"},
      "explanation": "This is a rope."
    }' |
    expect 201

  # The buyer tries to place an order and pay for it.
  # Now three count.
  # Refused (STO-2): This store is closed for good. Order from another store; open orders run on.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Hose clamp", "quantity": 1},
      "total": {"amount": "3.00", "currency": "USD"}
    }' |
    expect 409 code=store_closed rule=STO-2

  # The buyer cancels before it ships; the refund is completed at once (ORD-3). Money: 3.00 USD escrow →
  # refunded.
  # What could be ordered can still be cancelled.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/cancel" -H "Authorization: Bearer $BUYER" |
    expect 200

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=cancelled

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=3.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
