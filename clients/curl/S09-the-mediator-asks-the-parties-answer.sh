#!/usr/bin/env bash
#
# S09 · The mediator asks, the parties answer
# In the documents: 000:L82–93, L112
#
# The seller simply does not reply. After the negotiation period the dispute goes to the mediator without
# anyone pressing anything. She asks both sides the same question, both have seven business days, and then
# she decides. The refund comes out of escrow: the seller never had the money.
#
# Tales:
#   1. both answer (standard, legacy)
#   2. the seller gives in before she rules (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S09-the-mediator-asks-the-parties-answer.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S09.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: both answer · standard, legacy ═════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S09 both answer",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-03-03T10:00:00Z",
      "frozen": true,
      "seed": "S09 both answer"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 129.90 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Trekking poles, carbon", "quantity": 1},
      "total": {"amount": "129.90", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 4 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LM882300147CN"}' |
    expect 200

  # 21 days pass; it is 25 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P21D"}' |
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
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "97.43", "currency": "USD"},
      "explanation": "Carbon poles were ordered. A magnet sticks to these."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick escalates_at)

  # 15 days pass, but for a second (legacy: 7 days pass, but for a second); it is 9 April 2026, 09:59:59
  # (legacy: 1 April 2026, 09:59:59).
  # The seller says nothing, on every single day.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # Without a refusal there is no button to press, only a calendar. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action!~escalate'

  # A second passes; it is 9 April 2026, 10:00 (legacy: 1 April 2026, 10:00).
  # So it escalates by itself.
  # By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["ESC-2"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating 'status_label=AliExpress is mediating' claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.rule~ESC-2'

  # 11 days pass; it is 20 April 2026, 10:00 (legacy: 12 April 2026, 10:00).
  # The mediator reads. No deadline runs for mediators.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P11D"}' |
    expect 200 'fired=[]'

  # The buyer tries to answer the mediator.
  # Only the mediator asks; only the asked answer.
  # Refused (CLM-2): The mediator has asked you nothing. Wait until he asks.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "A magnet, I tell you!"}' |
    expect 409 code=not_asked rule=CLM-2

  # The mediator asks both sides (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "both",
      "question": "Please show the article number on the goods and on the packing slip.",
      "evidence_required": true
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_both 'claim.status_label=Waiting for both party'"'"'s response'

  # A day passes; it is 21 April 2026, 10:00 (legacy: 13 April 2026, 10:00).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The buyer uploads magnet.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/APHFSEZ+xYugAJt0C5ALpyZYAJ5HkUz9LVlKABZNIFCvZ0MtAGatdNCSSdNwADLitY5t33l3AEJl/69OaIKGAAJ5aFDON77zLVweeZq0Pr8AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=magnet.png' |
    expect 201
  MAGNET_FILE=$(pick id)

  # The buyer answers; the seller still has to (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "Here is the number on the shaft, and here is the magnet, holding on.",
      "evidence": ["'"$MAGNET_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_seller 'claim.status_label=Waiting for other party'"'"'s response'

  # One claim, and each side reads its own label. The seller looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200 claim.status=waiting_for_seller 'claim.status_label=Waiting my response'

  # The buyer tries to answer the mediator.
  # One question, one answer.
  # Refused (CLM-2): The mediator has asked you nothing. Wait until he asks.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "One more thing about the magnet."}' |
    expect 409 code=not_asked rule=CLM-2

  # 2 days pass; it is 23 April 2026, 10:00 (legacy: 15 April 2026, 10:00).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P2D"}' |
    expect 200 'fired=[]'

  # The seller uploads slip.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AL6RjkueswrBADagJw0hXFshAKGN5CGUjC5uAA1DaMGY3yUeAC9KjOj6n9zeAOC/gxxvz8+kAEsS2Vw6jZQhAHF/T43WyQrlKRcfAYwo/KQAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $SELLER" \
    -F 'file=@-;filename=slip.png' |
    expect 201
  SLIP_FILE=$(pick id)

  # The seller answers; the mediator goes on (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "text": "The packing slip is correct. The warehouse may have had an idea of its own.",
      "evidence": ["'"$SLIP_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=processing claim.status_label=Processing

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # 6 days pass; it is 29 April 2026, 10:00 (legacy: 21 April 2026, 10:00).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P6D"}' |
    expect 200 'fired=[]'

  # The mediator rules for the buyer, who keeps what he has (CLM-8). Money: 97.43 USD escrow → refunding;
  # 32.47 USD escrow → seller.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/rule" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "in_favor_of": "buyer",
      "explanation": "The goods are steel; the listing says carbon. The buyer gets what he asked."
    }' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=ruled_for_buyer 'compensation={"amount": "97.43", "currency": "USD"}'

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=32.47

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # 15 days pass; it is 14 May 2026, 10:00 (legacy: 6 May 2026, 10:00).
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 97.43 USD refunding → refunded.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P15D"}' |
    expect 200 'fired.*.rule=["PAY-1"]'

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=finished refund.status=completed

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 outcome=ruled_for_buyer 'compensation={"amount": "97.43", "currency": "USD"}'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=97.43

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=32.47

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: the seller gives in before she rules · standard, legacy ════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 3 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S09 the seller gives in before she rules",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-03-03T10:00:00Z",
      "frozen": true,
      "seed": "S09 the seller gives in before she rules"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 129.90 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Trekking poles, carbon", "quantity": 1},
      "total": {"amount": "129.90", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 4 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "LM882300147CN"}' |
    expect 200

  # 21 days pass; it is 25 March 2026, 10:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P21D"}' |
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
      "reason": "wrong_item",
      "remedy": "refund",
      "amount": {"amount": "97.43", "currency": "USD"},
      "explanation": "Carbon poles were ordered. A magnet sticks to these."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # Until when? The buyer reads it off the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200
  UNTIL=$(pick escalates_at)

  # 15 days pass, but for a second (legacy: 7 days pass, but for a second); it is 9 April 2026, 09:59:59
  # (legacy: 1 April 2026, 09:59:59).
  # The seller says nothing, on every single day.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"to": "'"$UNTIL"'", "edge": "before"}' |
    expect 200 'fired=[]'

  # Without a refusal there is no button to press, only a calendar. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action!~escalate'

  # A second passes; it is 9 April 2026, 10:00 (legacy: 1 April 2026, 10:00).
  # So it escalates by itself.
  # By itself (ESC-2): No agreement in time: the mediator takes over.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "PT1S"}' |
    expect 200 'fired.*.rule=["ESC-2"]'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating 'status_label=AliExpress is mediating' claim.status=processing

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute's history.
  curl -sSi "$HERE/v1/disputes/$DISPUTE/history?limit=100" -H "Authorization: Bearer $BUYER" |
    expect 200 next_cursor=null 'data.*.rule~ESC-2'

  # 11 days pass; it is 20 April 2026, 10:00 (legacy: 12 April 2026, 10:00).
  # The mediator reads. No deadline runs for mediators.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P11D"}' |
    expect 200 'fired=[]'

  # The buyer tries to answer the mediator.
  # Only the mediator asks; only the asked answer.
  # Refused (CLM-2): The mediator has asked you nothing. Wait until he asks.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/answer" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"text": "A magnet, I tell you!"}' |
    expect 409 code=not_asked rule=CLM-2

  # The mediator asks both sides (CLM-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/claim/ask" \
    -H "Authorization: Bearer $MEDIATOR" \
    -H 'Content-Type: application/json' \
    -d '{
      "to": "both",
      "question": "Please show the article number on the goods and on the packing slip.",
      "evidence_required": true
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 claim.status=waiting_for_both 'claim.status_label=Waiting for both party'"'"'s response'

  # A day passes; it is 21 April 2026, 10:00 (legacy: 13 April 2026, 10:00).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # What the buyer wants, as it stands now: a yes names the very solution it is said to.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $SELLER" |
    expect 200
  SOLUTION=$(pick solutions.buyer.id)

  # The seller accepts while the platform mediates: the buyer gets what he asked (SELL-4). Money: 97.43 USD
  # escrow → refunding; 32.47 USD escrow → seller.
  # Asked for the article number, the seller prefers to agree.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/accept" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"solution": "'"$SOLUTION"'"}' |
    expect 200

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=payment_processing

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=closed outcome=accepted_by_seller

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=32.47

  # 15 days pass; it is 6 May 2026, 10:00 (legacy: 28 April 2026, 10:00).
  # The open questions went with the claim; only the refund is left to happen.
  # By itself (PAY-1): The refund arrives and the order is finished. Money: 97.43 USD refunding → refunded.
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
    expect 200 refunded.USD.amount=97.43

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=32.47

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
