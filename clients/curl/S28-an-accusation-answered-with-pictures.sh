#!/usr/bin/env bash
#
# S28 · An accusation, answered with pictures
# In the documents: 000:L39
#
# The seller writes that the buyer is a cheat. It is tempting to answer in kind. It is better to edit the
# dispute, add what can be seen, and call the mediator, to whom adjectives are no evidence.
#
# Tales:
#   1. edited and escalated (standard, legacy)
#   2. where a claim may be edited (standard, legacy)
#
# To play it: start an emulator (make run), then clients/curl/S28-an-accusation-answered-with-pictures.sh
# Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.
#
# Written by `make curl` from fixtures/stories/S28.json: change the story, not this file.

HERE=${HERE:-http://127.0.0.1:8080}
. "$(dirname -- "${BASH_SOURCE[0]:-.}")/lib.sh"


# ══ Tale 1 of 2: edited and escalated · standard, legacy ════════════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S28 edited and escalated",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "now": "2026-06-10T09:09:00Z",
      "frozen": true,
      "seed": "S28 edited and escalated"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 148.20 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Noise-cancelling headphones", "quantity": 1},
      "total": {"amount": "148.20", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 11 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EK660031948CN", "carrier": "Express"}' |
    expect 200

  # 11 days pass; it is 22 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P11D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads left-cup.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJ7EnCU3JyttAC9ibbUuLjNqAEIWa3AKUAaSAB+ZXchJU7vEAD+MknArP0GbAFjHBBY1/Sr6ACS6V+m07BOaAKIkXZkcKirGb+sZ4kjIWo0AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=left-cup.png' |
    expect 201
  LEFT_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "90.00", "currency": "USD"},
      "explanation": "The left side cancels noise by being broken.",
      "evidence": ["'"$LEFT_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The buyer tries to hand the dispute to the platform's mediator.
  # The mediator is not called before the seller has had his say.
  # Refused (ESC-1): The buyer may escalate once the seller has refused. Wait for his answer or for the
  # escalation by time.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "I would like a mediator right away."}' |
    expect 409 code=seller_has_not_refused rule=ESC-1

  # A day passes; it is 23 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  # The seller has his say.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "This person breaks things and asks for money. I have seen many of him."
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # The buyer uploads unboxing.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ACWT7MumoflTAK6IPYWppJkcAIPSlbeVBb+/AEB4TnT2HbJvAHqrFdO8uwqRALmYSL3Qpf6bAA8kP2MrH3NLAFO/i+CLwdVK4RMhrKlmfh8AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=unboxing.png' |
    expect 201
  UNBOXING_FILE=$(pick id)

  # The buyer uploads tester.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJcVmL6/AjXYAB0xPZTH3GqMAIAqO2kbENE9ALk8SZY+9uMpAKigdYWzrWHqAN2LTK156sbUAAZ+dDn0bqSLAPZ9lS1ytZuAUKwgqMGOqX8AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=tester.png' |
    expect 201
  TESTER_FILE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  # The buyer answers with pictures instead of adjectives.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "The left side was dead out of the box: see the unboxing picture with date, and the tester from the repair shop.",
      "evidence": ["'"$UNBOXING_FILE"'", "'"$TESTER_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller edits_used=1 evidence.length=3

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # A day passes; it is 24 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "Accused of fraud; evidence attached."}' |
    expect 200

  # Everything he has shown lies on the mediator's desk. The mediator looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $MEDIATOR" |
    expect 200 status=mediating claim.status=processing evidence.length=3 edits_used=1

  # The buyer uploads receipt.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/APMNcAKPZeNHAPD7FX1SrpYiAAuQ6tRBCtImANDWjtgU3yuTAL8l399CmEJoAC7+Am8UDmiDAEqjJsWN6HW4ANLYeP1uryUMcwkf1rJHCgkAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=receipt.png' |
    expect 201
  RECEIPT_FILE=$(pick id)

  # The buyer tries to edit the dispute.
  # From here on the mediator asks; editing is over.
  # Refused (EDIT-3): A dispute is edited only while it is negotiated. In a claim, answer what the mediator
  # asks.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"evidence": ["'"$RECEIPT_FILE"'"]}' |
    expect 409 code=not_editable rule=EDIT-3

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating claim.status=processing evidence.length=3 edits_used=1

  # The buyer looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $BUYER" |
    expect 200 refunded.USD.amount=0.00

  # The seller looks at his money.
  curl -sSi "$HERE/v1/me" -H "Authorization: Bearer $SELLER" |
    expect 200 balance.USD.amount=0.00

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done


# ══ Tale 2 of 2: where a claim may be edited · standard, legacy ═════════════════════════════════════════════

# Step by step by hand: RULESET=standard in place of the next line.
for RULESET in standard legacy; do

  # A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at 10 June 2026, 09:09.
  # Settings that are not the ruleset's: edit_in_claim: True.
  curl -sSi -X POST "$HERE/_emulator/sandboxes" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{
      "name": "S28 where a claim may be edited",
      "world": "empty",
      "ruleset": "'"$RULESET"'",
      "settings": {"edit_in_claim": true},
      "now": "2026-06-10T09:09:00Z",
      "frozen": true,
      "seed": "S28 where a claim may be edited"
    }' |
    expect 201
  SANDBOX=$(pick id)
  STORE=$(pick accounts.seller.store)
  BUYER=$(pick accounts.buyer.token)
  SELLER=$(pick accounts.seller.token)
  MEDIATOR=$(pick accounts.mediator.token)

  # The order is placed and paid; the whole amount sits in escrow (ORD-1). Money: 148.20 USD outside → escrow.
  curl -sSi -X POST "$HERE/v1/orders" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "store": "'"$STORE"'",
      "item": {"title": "Noise-cancelling headphones", "quantity": 1},
      "total": {"amount": "148.20", "currency": "USD"}
    }' |
    expect 201
  ORDER=$(pick id)

  # A day passes; it is 11 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller ships, with or without a tracking number; the protection timer starts (ORD-5).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/ship" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{"tracking_number": "EK660031948CN", "carrier": "Express"}' |
    expect 200

  # 11 days pass; it is 22 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P11D"}' |
    expect 200 'fired=[]'

  # The carrier reports the parcel delivered, which confirms nothing (ORD-7).
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/orders/$ORDER/deliver" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"parcel": "order"}' |
    expect 200

  # The buyer uploads left-cup.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJ7EnCU3JyttAC9ibbUuLjNqAEIWa3AKUAaSAB+ZXchJU7vEAD+MknArP0GbAFjHBBY1/Sr6ACS6V+m07BOaAKIkXZkcKirGb+sZ4kjIWo0AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=left-cup.png' |
    expect 201
  LEFT_FILE=$(pick id)

  # The buyer opens a dispute; the seller has to answer (OPEN-8).
  curl -sSi -X POST "$HERE/v1/orders/$ORDER/disputes" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "defective",
      "remedy": "refund",
      "amount": {"amount": "90.00", "currency": "USD"},
      "explanation": "The left side cancels noise by being broken.",
      "evidence": ["'"$LEFT_FILE"'"]
    }' |
    expect 201
  DISPUTE=$(pick id)

  # The buyer tries to hand the dispute to the platform's mediator.
  # The mediator is not called before the seller has had his say.
  # Refused (ESC-1): The buyer may escalate once the seller has refused. Wait for his answer or for the
  # escalation by time.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "I would like a mediator right away."}' |
    expect 409 code=seller_has_not_refused rule=ESC-1

  # A day passes; it is 23 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The seller refuses, and may propose something else (SELL-2).
  # The seller has his say.
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/refuse" \
    -H "Authorization: Bearer $SELLER" \
    -H 'Content-Type: application/json' \
    -d '{
      "reason": "This person breaks things and asks for money. I have seen many of him."
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_buyer

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # The buyer uploads unboxing.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/ACWT7MumoflTAK6IPYWppJkcAIPSlbeVBb+/AEB4TnT2HbJvAHqrFdO8uwqRALmYSL3Qpf6bAA8kP2MrH3NLAFO/i+CLwdVK4RMhrKlmfh8AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=unboxing.png' |
    expect 201
  UNBOXING_FILE=$(pick id)

  # The buyer uploads tester.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/AJcVmL6/AjXYAB0xPZTH3GqMAIAqO2kbENE9ALk8SZY+9uMpAKigdYWzrWHqAN2LTK156sbUAAZ+dDn0bqSLAPZ9lS1ytZuAUKwgqMGOqX8AAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=tester.png' |
    expect 201
  TESTER_FILE=$(pick id)

  # The buyer edits the dispute, which asks the seller again (EDIT-4).
  # The buyer answers with pictures instead of adjectives.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{
      "explanation": "The left side was dead out of the box: see the unboxing picture with date, and the tester from the repair shop.",
      "evidence": ["'"$UNBOXING_FILE"'", "'"$TESTER_FILE"'"]
    }' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=waiting_for_seller edits_used=1 evidence.length=3

  # The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 'allowed_actions.*.action~escalate'

  # A day passes; it is 24 June 2026, 09:09.
  curl -sSi -X POST "$HERE/_emulator/sandboxes/$SANDBOX/clock/advance" \
    -H "X-Emulator-Key: $EMULATOR_KEY" \
    -H 'Content-Type: application/json' \
    -d '{"by": "P1D"}' |
    expect 200 'fired=[]'

  # The buyer hands the refused dispute to the mediator; the negotiation ends (ESC-3).
  curl -sSi -X POST "$HERE/v1/disputes/$DISPUTE/escalate" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"message": "Accused of fraud; evidence attached."}' |
    expect 200

  # Everything he has shown lies on the mediator's desk. The mediator looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $MEDIATOR" |
    expect 200 status=mediating claim.status=processing evidence.length=3 edits_used=1

  # The buyer uploads receipt.png.
  base64 -d <<< iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAU0lEQVR4nAFIALf/APMNcAKPZeNHAPD7FX1SrpYiAAuQ6tRBCtImANDWjtgU3yuTAL8l399CmEJoAC7+Am8UDmiDAEqjJsWN6HW4ANLYeP1uryUMcwkf1rJHCgkAAAAASUVORK5CYII= |
  curl -sSi -X POST "$HERE/v1/evidence" \
    -H "Authorization: Bearer $BUYER" \
    -F 'file=@-;filename=receipt.png' |
    expect 201
  RECEIPT_FILE=$(pick id)

  # The buyer edits the dispute while the platform mediates (EDIT-3).
  # In this market the claim may be edited too, from the same four.
  curl -sSi -X PATCH "$HERE/v1/disputes/$DISPUTE" \
    -H "Authorization: Bearer $BUYER" \
    -H 'Content-Type: application/json' \
    -d '{"evidence": ["'"$RECEIPT_FILE"'"]}' |
    expect 200

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating

  # How it ends. The buyer looks at the order.
  curl -sSi "$HERE/v1/orders/$ORDER" -H "Authorization: Bearer $BUYER" |
    expect 200 status=in_dispute

  # The buyer looks at the dispute.
  curl -sSi "$HERE/v1/disputes/$DISPUTE" -H "Authorization: Bearer $BUYER" |
    expect 200 status=mediating evidence.length=4 edits_used=2 edits_left=2

  # Every invariant of the rulebook holds, and every cent is accounted for.
  curl -sSi "$HERE/_emulator/sandboxes/$SANDBOX/audit" -H "X-Emulator-Key: $EMULATOR_KEY" |
    expect 200 ok=true 'violations=[]'

done
