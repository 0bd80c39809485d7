#!/usr/bin/env bash
# Starts a server on a fresh database and lets schemathesis at it: for so many seconds call by call, in rounds, then for as many in chains
# of calls that hand on what they were answered, its stateful phase (FUZZ_SECONDS, default 300; FUZZ_MODES, default "calls chains").
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=.venv/bin
folder=$(mktemp -d)
port=$("$bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
DATABASE_URL="sqlite:///$folder/fuzz.db" PORT=$port "$bin/dispute-emulator" serve > "$folder/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
export FUZZ_URL="http://127.0.0.1:$port"
for _ in $(seq 50); do curl -fs "$FUZZ_URL/_emulator/health" > /dev/null && break; sleep 0.2; done
seconds=${FUZZ_SECONDS:-300}
checks=no_fault_of_the_program,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance

fuzz() {
    PYTHONPATH=. SCHEMATHESIS_HOOKS=tests.fuzz.hooks "$bin/st" run "$FUZZ_URL/openapi.json" --checks "$checks" \
        --continue-on-failure --suppress-health-check all "$@"
}

for mode in ${FUZZ_MODES:-calls chains}; do
    end=$((SECONDS + seconds))
    round=0
    while [ $SECONDS -lt $end ]; do
        round=$((round + 1))
        echo "$mode, round $round, $((end - SECONDS)) seconds left"
        case $mode in
            calls) fuzz --phases examples,coverage,fuzzing --max-examples "${FUZZ_EXAMPLES:-80}" --seed $round ;;
            chains) FUZZ_SEED=$round fuzz --phases stateful --max-time $((end - SECONDS)) --seed $round ;;
            *) echo "FUZZ_MODES knows calls and chains, not $mode" >&2; exit 2 ;;
        esac
    done
done
if grep -q "Traceback" "$folder/server.log"; then cat "$folder/server.log"; exit 1; fi
echo "no fault found"
