# shellcheck shell=bash
#
# What the stories share: where the emulator is, and two functions. The stories source it; so may you, in a terminal:
#
#     cd clients/curl
#     . ./lib.sh
#     curl -sSi "$HERE/_emulator/health" | expect 200 status=ok
#     pick version
#
# `curl -i` shows the status and the headers before the body; `expect` reads all three.
#
#     expect STATUS [CHECK …]   Reads an answer and compares it. What is otherwise than expected is told, with the command and the
#                               whole answer, and ends a script with 1. A CHECK is one of
#
#         status=finished                 the field is this; null, true, 4, [] and {"amount": …} are written as in JSON
#         status!=finished                it is anything but this
#         evidence.length=3               so many entries
#         allowed_actions.*.action~cancel the list has this, the text contains it
#         history!~cancel                 it does not
#         'opened_at>2026-03-01'          it comes later
#
#     pick FIELD                Prints a field of the answer that `expect` read last: ORDER=$(pick id)
#
# A field is a path: refund.parts.0.due_at. In a list a number counts from 0; a word is the last entry that has it as its name, by or
# currency (accounts.buyer.token, solutions.seller.id); and * stands for all entries at once.
#
# Sandboxes that were made through `expect` are deleted when the script ends, however it ends. In a terminal, `sweep` deletes them.
#
# HERE is the emulator's address, EMULATOR_KEY its key, if it has one.

HERE=${HERE:-http://127.0.0.1:8080}
EMULATOR_KEY=${EMULATOR_KEY:-}

# What runs on this machine is never asked through a proxy.
export no_proxy="127.0.0.1,localhost,::1,${no_proxy:-${NO_PROXY:-}}"

_LIB=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
_WORK=$(mktemp -d)
_SELF=$BASHPID

expect() { python3 -IS "$_LIB/answer.py" "$_WORK" "${BASH_SOURCE[1]:-}" "${BASH_LINENO[0]}" "$@"; }

pick() {
  local field value
  while IFS=$'\t' read -r field value; do
    if [[ $field == "$1" ]]; then
      printf '%s\n' "$value"
      return
    fi
  done < "$_WORK/fields"
  echo "✗ The last answer has no field $1." >&2
  return 1
}

sweep() {
  local sandbox
  while read -r sandbox; do
    curl -sS --max-time 30 -o /dev/null -X DELETE "$HERE/_emulator/sandboxes/$sandbox" -H "X-Emulator-Key: $EMULATOR_KEY" || true
  done < "$_WORK/sandboxes"
  : > "$_WORK/sandboxes"
}

_end() {
  # Once, whatever else comes: a signal reaches all parts of a script, and one that has just been forked may still have our traps.
  [[ $BASHPID == "$_SELF" ]] || return 0
  trap - EXIT
  trap '' HUP INT TERM
  sweep
  rm -rf -- "$_WORK"
}

touch "$_WORK/fields" "$_WORK/sandboxes"
# A script ends at its first fault. A terminal in which this is sourced stays as it is.
if [[ $- != *i* ]]; then
  set -euo pipefail
  trap _end EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
fi
