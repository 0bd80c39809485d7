#!/usr/bin/env bash
#
# S05 · Four times, and not a fifth
# In the documents: 003:L61–62
#
# The seller says no. The buyer need not start afresh to answer him: an open dispute may be edited, with new
# words, new pictures, another sum. Four times. Each edit puts the question to the seller again, nothing
# shown is ever taken away, and the fifth edit is one too many.
#
# Tales:
#   1. four edits (standard, legacy)
#   2. a market with a single edit (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S05-four-times-and-not-a-fifth.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S05.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: four edits · standard, legacy ══════════════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 9 February 2026, 11:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S05 four edits",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-02-09T11:00:00Z",
      "frozen": true,
      "seed": "S05 four edits"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 74.99 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Mechanical keyboard, brown switches", "quantity": 1},
      "total": {"amount": "74.99", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EV440091822CN"}' |
    expect 200

  # 20 days pass; it is 1 March 2026, 11:00.
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

  # The buyer uploads switches.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AA9XaVgaY9r2ALQUl6E8IZ/CAFphS1i5pnCjALqbButQze6lAJ70aECtztJ4AIsHDMjcAuDMAMmn5ajMtCWYAFXpNt83cJOwkFsiX6KtwYkAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=switches.png' |
    expect 201
  P1_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "40.00", "currency": "USD"},
      "explanation": "Brown switches were advertised. These are blue and can be heard in the street.",
      "evidence": ["'"$P1_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 edits_used=0 edits_left=4 evidence.length=1

  # A day passes; it is 2 March 2026, 11:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  # Five dollars, and a theory about light.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "Switch colours vary with the light.",
      "solution": {"remedy": "refund", "amount": {"amount": "5.00", "currency": "USD"}}
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # The buyer tries to edit the dispute.
  # Sending the same words again is not an edit.
  # Refused (EDIT-2): This edit changes nothing. It has not been counted; send what shall be different.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "Brown switches were advertised. These are blue and can be heard in the street."
    }' |
    expect 422 code=edit_changes_nothing rule=EDIT-2

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 edits_used=0 status=waiting_for_buyer

  # The buyer uploads switch-close.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AOpwweZDgJ+1AOaZPV1TfCcKAPzjXQ9oZo0TAJxwBPE9vvdXAEO4BmpSfwAGAPQn65ti9WfUAGJbUV30W2M+AEiO0lU+iDR4dmgedBx8HGYAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=switch-close.png' |
    expect 201
  P2_FILE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "Brown switches were advertised. Attached: one of them under a lamp, by daylight and in the dark. It is blue in all three.",
      "evidence": ["'"$P2_FILE"'"]
    }' |
    expect 200

  # The seller is asked again; the right to escalate stays in the buyer's pocket. The buyer looks at the
  # dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller edits_used=1 edits_left=3 evidence.length=2

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # A day passes; it is 3 March 2026, 11:00.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"reason": "My friend, blue is a kind of brown."}' |
    expect 200

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "45.00", "currency": "USD"}}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 'amount={"amount": "45.00", "currency": "USD"}' edits_left=2

  # The buyer tries to edit the dispute.
  # More than was paid is refused, and a refused edit costs nothing.
  # Refused (OPEN-5): The amount must be more than nothing and at most the order's total. Name such an amount.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "80.00", "currency": "USD"}}' |
    expect 422 code=amount_out_of_range rule=OPEN-5

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 edits_left=2 'amount={"amount": "45.00", "currency": "USD"}'

  # The buyer uploads listing.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ACkrv7fQ6sqEALyZvnXlmSmWADwoIm/C3QUxAORPqdWT4zioACKRfdIJw0GmAObOP6z5Sr0/ADljxnaWlTgeAOsJs1pl9rzf1y4iTHGL9awAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=listing.png' |
    expect 201
  P3_FILE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"evidence": ["'"$P3_FILE"'"]}' |
    expect 200

  # The buyer uploads neighbour-note.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AEI8sc6wus3iAOvE88mGqVdVAMNf3OaderUFAMLqyS5dXHhDAEj/EdAukKVsADPeFXHNghiHAIciCIMHkrq/AFIRXY0tUmUdIN8gOemLNSgAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=neighbour-note.png' |
    expect 201
  P4_FILE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  # The last of the four.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "Blue switches, three pictures, and now a note from the neighbour below.",
      "evidence": ["'"$P4_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 edits_used=4 edits_left=0 evidence.length=4

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action!~edit'

  # The buyer uploads second-note.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AAkCiP2pjCy3AEo+VO7CLqmFAMzYJiMEDHrMAEZ+z9qxe348ABdooC27wpJbADURSNjGaP58AH26Pj+C7vYyAIUNubQ8DfJ9Pg0e7mO/yiEAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=second-note.png' |
    expect 201
  P5_FILE=$(pick id)

  # The buyer tries to edit the dispute.
  # The neighbour's second note has to stay outside.
  # Refused (EDIT-1): All edits of this dispute are used. Escalate if the seller has refused, or wait.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"evidence": ["'"$P5_FILE"'"]}' |
    expect 409 code=edits_used_up rule=EDIT-1

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute 'allowed_actions.*.action~escalate'

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      status=waiting_for_seller \
      edits_used=4 \
      edits_left=0 \
      evidence.length=4 \
      'amount={"amount": "45.00", "currency": "USD"}' \
      'explanation=Blue switches, three pictures, and now a note from the neighbour below.'

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: a market with a single edit · standard, legacy ═════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 9 February 2026, 11:00.
  # Settings that are not the ruleset's: edits_max: 1.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S05 a market with a single edit",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "settings": {"edits_max": 1},
      "now": "2026-02-09T11:00:00Z",
      "frozen": true,
      "seed": "S05 a market with a single edit"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 74.99 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Mechanical keyboard, brown switches", "quantity": 1},
      "total": {"amount": "74.99", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EV440091822CN"}' |
    expect 200

  # 15 days pass; it is 24 February 2026, 11:00.
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

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "not_as_described",
      "remedy": "refund",
      "amount": {"amount": "30.00", "currency": "USD"},
      "explanation": "Blue switches instead of brown ones."
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "35.00", "currency": "USD"}}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 edits_left=0

  # The buyer tries to edit the dispute.
  # Refused (EDIT-1): All edits of this dispute are used. Escalate if the seller has refused, or wait.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"amount": {"amount": "36.00", "currency": "USD"}}' |
    expect 409 code=edits_used_up rule=EDIT-1

  # How it ends. The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 \
      status=waiting_for_seller \
      edits_used=1 \
      edits_left=0 \
      'amount={"amount": "35.00", "currency": "USD"}'

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
