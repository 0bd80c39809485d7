#!/usr/bin/env bash
#
# Plays a tale of a story against a running emulator, step by step: what happens, the command, the answer.
#
#     clients/curl/demo.sh [STORY] [--tale NUMBER] [--ruleset RULESET] [--fast]
#
# STORY is S01 … S34, or the name of a script; without one it is S14. A story has one tale or several; without --tale it is the first.
# A tale that is told under two rulesets is played under the first of them, unless --ruleset names the other.
#
# Between the steps there is time to read; Enter goes on at once, --fast leaves no time. Colours are off where no terminal looks and
# where NO_COLOR is set. HERE says where the emulator is, EMULATOR_KEY has its key.

set -euo pipefail

usage() { awk 'NR > 2 && !/^#/ { exit } NR > 2 { print substr($0, 3) }' "${BASH_SOURCE[0]}"; }

wrong() {
  echo "demo.sh: $*" >&2
  exit 2
}

story=S14 tale=1 ruleset='' pace=1
while (($#)); do
  case $1 in
    -h | --help)
      usage
      exit
      ;;
    --fast) pace=0 ;;
    --tale | --ruleset)
      (($# > 1)) || wrong "$1 wants a word behind it."
      [[ $1 == --tale ]] && tale=$2 || ruleset=$2
      shift
      ;;
    -*) wrong "there is no option $1; demo.sh --help tells them." ;;
    *) story=$1 ;;
  esac
  shift
done

# ── the script and its tale ───────────────────────────────────────────────────────────────────────────────────────────

folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
story=$(basename -- "$story" .sh | cut -c 1-3 | tr s S)
scripts=("$folder/$story"-*.sh)
[[ $story == S[0-9][0-9] && -f ${scripts[0]} ]] || wrong "there is no story $story; there are S01 to S34."
script=${scripts[0]}

tales=$(grep -c '^# ══ Tale ' "$script")
if ! [[ $tale =~ ^[1-9][0-9]?$ ]] || ((tale > tales)); then wrong "$story has $tales tale(s), and no tale $tale."; fi
title=$(sed -n '3s/^# //p' "$script")
heading=$(grep "^# ══ Tale $tale " "$script")
heading=${heading#'# ══ '} heading=${heading%% ═*}
rulesets=${heading##* · }
ruleset=${ruleset:-${rulesets%%,*}}
[[ ", $rulesets," == *", $ruleset,"* ]] || wrong "tale $tale of $story is told under $rulesets, not under $ruleset."

# ── showing ───────────────────────────────────────────────────────────────────────────────────────────────────────────

bold='' dim='' blue='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' blue=$'\e[1;36m' plain=$'\e[0m'
fi

# rest SECONDS: time to read; Enter ends it.
rest() {
  ((pace)) || return 0
  if [[ -t 0 ]]; then
    read -r -s -t "$1" || true
  else
    sleep "$1"
  fi
}

# show STEP: its comment, then its command without what is expected of the answer.
show() {
  local line hidden=
  echo
  while IFS= read -r line; do
    [[ $line != '# '* ]] || echo "$blue${line#'# '}$plain"
  done <<< "$1"
  rest 2
  while IFS= read -r line; do
    case $line in
      '# '*) continue ;;
      '  expect '*) hidden=yes ;;
      [A-Z]*=*) hidden='' ;;
    esac
    [[ -n $hidden ]] || echo "  $dim${line%' |'}$plain"
  done <<< "$1"
  rest 1
}

# ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# shellcheck source=lib.sh
. "$folder/lib.sh"
# shellcheck disable=SC2034 # the steps read it
RULESET=$ruleset

echo "$bold$title$plain"
awk 'NR > 5 && /^#$/ { exit } NR > 5 { print substr($0, 3) }' "$script"
echo
echo "$bold$heading$plain"
if [[ $rulesets != "$ruleset" ]]; then echo "${dim}Played under $ruleset.$plain"; fi
rest 4

# The lines of this tale. Those of a loop over rulesets stand two spaces in; the loop itself is left out.
lines() {
  awk -v tale="$tale" '
    /^# ══ Tale / { inside = ($4 == tale); looped = / · [a-z]+, [a-z]+ /; next }
    !inside || /^# Step by step / || /^for RULESET in / || /^done$/ { next }
    { print looped ? substr($0, 3) : $0 }
    END { print "" }' "$script"
}

# A step ends at an empty line. It is handed to `expect`, which then shows the answer and leaves the rest to us.
step=''
while IFS= read -r line <&3; do
  if [[ -n $line ]]; then
    step+=$line$'\n'
  elif [[ -n $step ]]; then
    export STORY_STEP=${step%$'\n'}
    step=''
    show "$STORY_STEP"
    eval "$STORY_STEP"
    rest 3
  fi
done 3< <(lines)

echo
echo "${bold}So it goes.$plain ${dim}The script is clients/curl/$(basename -- "$script").$plain"
