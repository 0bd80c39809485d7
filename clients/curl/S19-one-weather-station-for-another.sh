#!/usr/bin/env bash
#
# S19 · One weather station for another
# In the documents: 000:L205
#
# A defective thing is to be exchanged: it goes back, a new one comes. It takes months, and the dispute
# stays open all the while, which is its purpose. Only when the buyer says that the new one works is the
# seller paid; and if no new one comes there is the money.
#
# Tales:
#   1. exchanged (standard, legacy)
#   2. no new one comes (standard, legacy)
#   3. the buyer forgets to say so (standard, legacy)
#   4. the new one is no better (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S19-one-weather-station-for-another.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S19.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 4: exchanged · standard, legacy ═══════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 16 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S19 exchanged",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-16T09:40:00Z",
      "frozen": true,
      "seed": "S19 exchanged"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 68.45 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Weather station", "quantity": 1},
      "total": {"amount": "68.45", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 17 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330021178CN"}' |
    expect 200

  # 17 days pass; it is 6 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P17D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads display.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAjHzobwdQXRAEfrWCx+osVFAP+VUfGHtzP+AAl5upqp6dQkAHm5On7Cq18KAKhxcAMW5azyAGvHTeuDlUmGAJVMN0Lcazkv2oQhIzGwepoAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=display.png' |
    expect 201
  DISPLAY_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # He wants no money. He wants the weather.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "exchange",
      "amount": {"amount": "68.45", "currency": "USD"},
      "explanation": "It shows sunshine. It showed sunshine in the thunderstorm as well.",
      "evidence": ["'"$DISPLAY_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 8 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 3 days pass; it is 11 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RE118840027GB", "carrier": "Parcel Counter"}' |
    expect 200

  # 20 days pass; it is 31 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # A day passes; it is 1 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller has the goods back and owes the replacement (RET-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The old one is back; nothing closes yet. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 6 days pass; it is 7 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The seller sends the new item (RET-2).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/send-replacement" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330077206CN", "carrier": "Post Air"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # 16 days pass; it is 23 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P16D"}' |
    expect 200 'fired=[]'

  # The carrier reports the replacement delivered, which closes nothing (ORD-9).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "replacement"}' |
    expect 200

  # Delivered is not confirmed. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 2 days pass; it is 25 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The buyer has the new item: the seller is paid (RET-2). Money: 68.45 USD escrow → seller.
  # It rains, and the new one says so.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-replacement" \
    -H "Authorization: Bearer $BUYER" |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_seller

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=68.45

  # The buyer tries to open a dispute.
  # Refused (OPEN-6): This order's dispute ended for good. After an acceptance, a ruling, a default or a
  # cancelled claim there is no second dispute.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "10.00", "currency": "USD"},
      "explanation": "The clock is two minutes slow."
    }' |
    expect 409 code=dispute_was_final rule=OPEN-6

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished 'allowed_actions.*.action!~open_dispute'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_seller

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=68.45 held.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 4: no new one comes · standard, legacy ════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 16 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S19 no new one comes",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-16T09:40:00Z",
      "frozen": true,
      "seed": "S19 no new one comes"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 68.45 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Weather station", "quantity": 1},
      "total": {"amount": "68.45", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 17 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330021178CN"}' |
    expect 200

  # 17 days pass; it is 6 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P17D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads display.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAjHzobwdQXRAEfrWCx+osVFAP+VUfGHtzP+AAl5upqp6dQkAHm5On7Cq18KAKhxcAMW5azyAGvHTeuDlUmGAJVMN0Lcazkv2oQhIzGwepoAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=display.png' |
    expect 201
  DISPLAY_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # He wants no money. He wants the weather.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "exchange",
      "amount": {"amount": "68.45", "currency": "USD"},
      "explanation": "It shows sunshine. It showed sunshine in the thunderstorm as well.",
      "evidence": ["'"$DISPLAY_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 8 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 3 days pass; it is 11 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RE118840027GB", "carrier": "Parcel Counter"}' |
    expect 200

  # 20 days pass; it is 31 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # A day passes; it is 1 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller has the goods back and owes the replacement (RET-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The old one is back; nothing closes yet. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 15 days pass, but for a second; it is 16 April 2026, 09:39:59.
  # The seller has two weather stations now, counting his own.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P14DT23H59M59S"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # A second passes; it is 16 April 2026, 09:40.
  # Fifteen days without a parcel turn an exchange into a refund.
  # By itself (RET-5): The seller has the goods but sent no replacement: the buyer gets all the money. Money:
  # 68.45 USD escrow → refunding.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["RET-5"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=defaulted_for_buyer 'compensation={"amount": "68.45", "currency": "USD"}'

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # 15 days pass; it is 1 May 2026, 09:40.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 68.45 USD refunding → refunded.
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
    expect 200 refunded.USD.amount=68.45

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 3 of 4: the buyer forgets to say so · standard, legacy ═════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 16 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S19 the buyer forgets to say so",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-16T09:40:00Z",
      "frozen": true,
      "seed": "S19 the buyer forgets to say so"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 68.45 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Weather station", "quantity": 1},
      "total": {"amount": "68.45", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 17 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330021178CN"}' |
    expect 200

  # 17 days pass; it is 6 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P17D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads display.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAjHzobwdQXRAEfrWCx+osVFAP+VUfGHtzP+AAl5upqp6dQkAHm5On7Cq18KAKhxcAMW5azyAGvHTeuDlUmGAJVMN0Lcazkv2oQhIzGwepoAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=display.png' |
    expect 201
  DISPLAY_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # He wants no money. He wants the weather.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "exchange",
      "amount": {"amount": "68.45", "currency": "USD"},
      "explanation": "It shows sunshine. It showed sunshine in the thunderstorm as well.",
      "evidence": ["'"$DISPLAY_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 8 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 3 days pass; it is 11 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RE118840027GB", "carrier": "Parcel Counter"}' |
    expect 200

  # 20 days pass; it is 31 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # A day passes; it is 1 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller has the goods back and owes the replacement (RET-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The old one is back; nothing closes yet. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 6 days pass; it is 7 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The seller sends the new item (RET-2).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/send-replacement" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330077206CN", "carrier": "Post Air"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # 16 days pass; it is 23 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P16D"}' |
    expect 200 'fired=[]'

  # The carrier reports the replacement delivered, which closes nothing (ORD-9).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "replacement"}' |
    expect 200

  # Delivered is not confirmed. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 44 days pass, but for a second; it is 6 June 2026, 09:39:59.
  # The new one works so well that he forgets about the whole affair.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P43DT23H59M59S"}' |
    expect 200 'fired=[]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # A second passes; it is 6 June 2026, 09:40.
  # Sixty days after the parcel left, silence counts as contentment.
  # By itself (RET-5): The buyer said nothing about the replacement: it counts as confirmed and the seller is
  # paid. Money: 68.45 USD escrow → seller.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["RET-5"]'

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
    expect 200 balance.USD.amount=68.45

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 4 of 4: the new one is no better · standard, legacy ════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 16 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S19 the new one is no better",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-16T09:40:00Z",
      "frozen": true,
      "seed": "S19 the new one is no better"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 68.45 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Weather station", "quantity": 1},
      "total": {"amount": "68.45", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 17 February 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330021178CN"}' |
    expect 200

  # 17 days pass; it is 6 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P17D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads display.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAjHzobwdQXRAEfrWCx+osVFAP+VUfGHtzP+AAl5upqp6dQkAHm5On7Cq18KAKhxcAMW5azyAGvHTeuDlUmGAJVMN0Lcazkv2oQhIzGwepoAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=display.png' |
    expect 201
  DISPLAY_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  # He wants no money. He wants the weather.
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "exchange",
      "amount": {"amount": "68.45", "currency": "USD"},
      "explanation": "It shows sunshine. It showed sunshine in the thunderstorm as well.",
      "evidence": ["'"$DISPLAY_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # 2 days pass; it is 8 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts: the goods go back first (SELL-4).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 3 days pass; it is 11 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P3D"}' |
    expect 200 'fired=[]'

  # The buyer sends the goods back (RET-1).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/ship-return" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RE118840027GB", "carrier": "Parcel Counter"}' |
    expect 200

  # 20 days pass; it is 31 March 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P20D"}' |
    expect 200 'fired=[]'

  # The carrier reports the return delivered; the seller has to confirm or contest it (RET-3).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "return"}' |
    expect 200

  # A day passes; it is 1 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller has the goods back and owes the replacement (RET-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/confirm-return" -H "Authorization: Bearer $SELLER" |
    expect 200

  # The old one is back; nothing closes yet. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning outcome=null

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 6 days pass; it is 7 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The seller sends the new item (RET-2).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/send-replacement" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "RH330077206CN", "carrier": "Post Air"}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # 16 days pass; it is 23 April 2026, 09:40.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P16D"}' |
    expect 200 'fired=[]'

  # The carrier reports the replacement delivered, which closes nothing (ORD-9).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "replacement"}' |
    expect 200

  # Delivered is not confirmed. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=returning

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # The replacement does not come or is no good: the mediator decides (RET-5).
  # He has not confirmed, so he can still call the mediator.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "The second one shows snow. It is nearly May."}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The mediator asks the buyer (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "buyer",
      "question": "Please show both the display and the window behind it.",
      "evidence_required": true
    }' |
    expect 200

  # The buyer uploads window.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ADHmvIo5V/IuAI2SkqpsEP/fAABQMgD7A6bkACO9oBHaoYqYAMQwWjivScJVAOr8fPPzOc4FABui2ZCiZC8lACN/iiWzZZfpitggTay5N+kAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=window.png' |
    expect 201
  WINDOW_FILE=$(pick id)

  # The buyer answers; the mediator goes on (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "Display: snow. Window: tulips.",
      "evidence": ["'"$WINDOW_FILE"'"]
    }' |
    expect 200

  # The mediator rules for the buyer about the contested goods (RET-4). Money: 68.45 USD escrow → refunding.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "amount": {"amount": "68.45", "currency": "USD"},
      "explanation": "Two defective ones out of two."
    }' |
    expect 200

  # 15 days pass; it is 8 May 2026, 09:40.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 68.45 USD refunding → refunded.
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
    expect 200 outcome=ruled_for_buyer 'compensation={"amount": "68.45", "currency": "USD"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=68.45

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
