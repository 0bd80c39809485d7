"""Writes every story as a script of plain curl: `make curl`, from fixtures/stories.

A tale is played on the pure core first. From there the scripts have what a story leaves open: how a refusal is named in full, what fires
by itself, which money moves. What has to be so is what the story says; the commands are the contract's.
"""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from textwrap import wrap
from typing import Any

from emulator.contract import PLACES
from emulator.domain.refusals import Refused
from emulator.domain.rules import BY_NAME
from emulator.durations import parse_duration
from emulator.pictures import picture
from emulator.player import PARTS, CoreStage, Line, Play, Tale, flat, read_story, story_ids, tales_of

from . import wording

FOLDER = Path(__file__).resolve().parent
WIDTH = 110
# Longer bodies and longer lists of checks have a line for each of their parts.
ONE_LINE = 72
# The most entries that a list shows at once: what is counted has to be all of them.
MOST = 100
A_SECOND = timedelta(seconds=1)

Step = Mapping[str, Any]


# ── what happens in a tale ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Happening:
    """What one step comes to: its lines, or why it was refused, and between which instants."""

    start: datetime
    end: datetime
    lines: tuple[Line, ...] = ()
    refused: Refused | None = None


class _Notes(CoreStage):
    """The core as a stage that keeps in mind what each act and each wait has come to."""

    def __init__(self, tale: Tale) -> None:
        super().__init__(tale)
        self.acts: list[Happening] = []
        self.waits: list[Happening] = []

    def act(self, by: str, action: str, order: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        now = self.now()
        try:
            done = super().act(by, action, order, body)
        except Refused as no:
            self.acts.append(Happening(now, now, refused=no))
            raise
        self.acts.append(Happening(now, now, tuple(done["lines"])))
        return done

    def wait(self, to: datetime) -> list[Line]:
        now = self.now()
        fired = super().wait(to)
        self.waits.append(Happening(now, to, tuple(fired)))
        return fired


def happenings(tale: Tale) -> list[Happening]:
    """What every step of a tale comes to, in order; raises StoryFault where it does not go as told."""
    stage = _Notes(tale)
    for _ in Play(tale, stage).play():
        pass
    acts, waits = iter(stage.acts), iter(stage.waits)
    found: list[Happening] = []
    now = tale.now
    for step in flat(tale.steps):
        found.append(next(acts) if "do" in step else Happening(now, now) if "see" in step else next(waits))
        now = found[-1].end
    return found


# ── a step of a script ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Call:
    """One curl command with the comment above it, what is expected of its answer, and what is kept of it, by variable."""

    says: list[str]
    url: str
    method: str = "GET"
    headers: Sequence[str] = ()
    body: Any = None
    file: str | None = None
    status: int = 200
    checks: list[str] = field(default_factory=list)
    keeps: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As it stands in a script."""
        comment = [line for said in self.says if said for line in wrap(said, WIDTH - 4, break_on_hyphens=False)]
        method = f" -X {self.method}" if self.method != "GET" else ""
        words = [f'curl -sSi{method} "$HERE{self.url}"', *(f"-H {header}" for header in self.headers)]
        before = ""
        if self.file is not None:
            before = f"base64 -d <<< {b64encode(picture(self.file)).decode()} |\n"
            words.append(f"-F {quote(f'file=@-;filename={self.file}')}")
        elif self.body is not None:
            words += ["-H 'Content-Type: application/json'", f"-d {_shell_json(self.body)}"]
        short = " ".join(words)
        command = short if len(short) <= WIDTH - 14 and "\n" not in short else " \\\n  ".join(words)
        expected = ["expect", str(self.status), *self.checks]
        lines = [*(f"# {line}" for line in comment), f"{before}{command} |"]
        short = " ".join(expected)
        lines.append(f"  {short}" if len(short) <= WIDTH - 4 else "  " + " \\\n    ".join([" ".join(expected[:2]), *expected[2:]]))
        lines += [f"{variable}=$(pick {quote(path)})" for variable, path in self.keeps.items()]
        return "\n".join(lines)


# A variable of the shell inside a text of JSON.
_VARIABLE = re.compile("\x01(\\w+)\x01")


def variable(name: str) -> str:
    """A variable of the shell inside a body."""
    return f"\x01{name}\x01"


def _shell_json(value: Any) -> str:
    """JSON as one quoted word of the shell, with its variables."""
    text = _pretty(value).replace("'", "'\\''")
    return _VARIABLE.sub(r"""'"$\1"'""", f"'{text}'")


def _pretty(value: Any) -> str:
    """JSON on one line if it is short, else with a line for each member."""
    # json.dumps would write the marks of variables in its own way.
    short = json.dumps(value, ensure_ascii=False).replace("\\u0001", "\x01")
    if len(short) <= ONE_LINE or not isinstance(value, dict):
        return short
    inner = ",\n".join(f"    {json.dumps(name)}: {_pretty_inside(member)}" for name, member in value.items())
    return f"{{\n{inner}\n  }}"


def _pretty_inside(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\\u0001", "\x01")


def _bearer(part: str) -> str:
    return f'"Authorization: Bearer ${part.upper()}"'


_KEY = '"X-Emulator-Key: $EMULATOR_KEY"'


def check(path: str, how: str, value: Any) -> str:
    """An argument of `expect`; a value that is a variable is written $NAME."""
    if isinstance(value, str) and value.startswith("$"):
        return f'"{path}{how}{value}"'
    return quote(f"{path}{how}{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


# ── where a story looks ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Look:
    """Where a path of a story is seen: by whom, at which address, under which field of the answer."""

    asker: str
    root: str
    url: str
    field: str


# The roots that a list of one field is seen under, with that field.
_LISTS = {"history": "data.*.action", "messages": "data.*.text", "operations": "data"}


class Names:
    """The variables of a script: of orders, of their disputes, and of what was made."""

    def __init__(self) -> None:
        self.disputed: set[str] = set()
        self.currencies: set[str] = set()
        self.made: dict[str, str] = {}

    def order(self, alias: str) -> str:
        return "ORDER" if alias == "order" else f"{_upper(alias)}_ORDER"

    def dispute(self, alias: str) -> str:
        return "DISPUTE" if alias == "order" else f"{_upper(alias)}_DISPUTE"

    def path(self, action: str, alias: str, message: str | None = None) -> str:
        """The path of an action, with variables for ids. Where there is no dispute yet, the story asks for one that is not there."""
        dispute = f"${self.dispute(alias)}" if alias in self.disputed else "dsp_none"
        return PLACES[action].path.format(order=f"${self.order(alias)}", dispute=dispute, sandbox="$SANDBOX", message=message)

    def look(self, path: str, asker: str, alias: str) -> Look:
        """Where to see what a path of a story names. Raises ValueError where there is nothing to see."""
        root, _, rest = path.partition(".")
        order = f"/v1/orders/${self.order(alias)}"
        disputed = alias in self.disputed
        match root:
            case "order":
                return Look(asker, root, order, rest)
            case "allowed":
                return Look(asker, root, order, "allowed_actions.*.action")
            case "dispute" if disputed:
                return Look(asker, root, f"/v1/disputes/${self.dispute(alias)}", rest)
            case "dispute":
                return Look(asker, "order", order, "dispute")
            case "payment":
                return Look(asker, root, f"{order}/payment", rest)
            case "store":
                return Look(asker, root, "/v1/stores/$STORE", rest)
            case "history" if disputed:
                shown = "data.*.rule" if rest == "rules" else _LISTS[root]
                return Look(asker, root, f"/v1/disputes/${self.dispute(alias)}/history?limit={MOST}", shown)
            case "messages":
                return Look(asker, root, f"{order}/messages?limit={MOST}", _LISTS[root])
            case "operations":
                return Look("buyer", root, f"/v1/operations?limit={MOST}", f"{_LISTS[root]}{f'.{rest}' if rest else ''}")
            case "mails":
                return Look(rest, root, f"/v1/mailbox?limit={MOST}", "data.length")
            case "buyer" | "seller":
                return Look(root, root, "/v1/me", f"{rest}.{min(self.currencies, default='USD')}.amount")
            case _:
                raise ValueError(f"there is nothing to see under {path!r}")


def _upper(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


# ── a tale ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Teller:
    """Tells one tale, under one ruleset or under several that it goes the same way under, as calls."""

    def __init__(self, tales: Sequence[Tale], came: Sequence[Sequence[Happening]]) -> None:
        self._tale = tales[0]
        self._rulesets = [tale.ruleset for tale in tales]
        self._came = came
        self._names = Names()
        self._calls: list[Call] = []
        self._compared = {
            value["same_as"]
            for step in (*flat(self._tale.steps), {"see": self._tale.ends})
            for value in step.get("see", {}).values()
            if isinstance(value, Mapping) and "same_as" in value
        }

    def calls(self) -> list[Call]:
        """The whole tale."""
        self._open()
        for number, step in enumerate(flat(self._tale.steps)):
            came = [happenings[number] for happenings in self._came]
            if "do" in step:
                self._act(step, came)
            elif "see" in step:
                self._see(step)
            else:
                self._wait(step, came)
            if "see" not in step:
                self._keep(step.get("name"), "buyer", step.get("on", "order"), "To compare with later.")
        self._look(self._tale.ends, "buyer", "order", "How it ends.")
        self._close()
        _forget_unused(self._calls)
        return self._calls

    # ── beginning and end ──────────────────────────────────────────────────────────────────────────────────────────────

    def _open(self) -> None:
        tale, name = self._tale, f"{self._tale.story} {self._tale.name}"
        ruleset = self._rulesets[0] if len(self._rulesets) == 1 else variable("RULESET")
        body: dict[str, Any] = {"name": name[:100], "world": "empty", "ruleset": ruleset}
        body |= {"settings": dict(tale.settings)} if tale.settings else {}
        body |= {"now": tale.now.strftime("%Y-%m-%dT%H:%M:%SZ"), "frozen": True, "seed": name[:100]}
        said = f"A sandbox of our own: a buyer, a seller, a mediator. Its clock stands still at {wording.moment(tale.now)}."
        settings = f"Settings that are not the ruleset's: {wording.listed(tale.settings)}." if tale.settings else ""
        keeps = {"SANDBOX": "id", "STORE": "accounts.seller.store"} | {part.upper(): f"accounts.{part}.token" for part in PARTS}
        self._calls.append(Call([said, settings], "/_emulator/sandboxes", "POST", [_KEY], body, status=201, keeps=keeps))

    def _close(self) -> None:
        says = ["Every invariant of the rulebook holds, and every cent is accounted for."]
        checks = [check("ok", "=", True), check("violations", "=", [])]
        self._calls.append(Call(says, "/_emulator/sandboxes/$SANDBOX/audit", headers=[_KEY], checks=checks))

    # ── acts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _act(self, step: Step, came: Sequence[Happening]) -> None:
        by, action, alias = step["by"], step["do"], step.get("on", "order")
        body = self._body(step, by, alias)
        message = body.pop("message") if action == "report_message" else None
        call = Call([step.get("says", "")], "", "POST", [_KEY if by == "carrier" else _bearer(by)])
        if action == "upload_evidence":
            call.url, call.file = "/v1/evidence", body["name"]
        else:
            call.url = self._names.path(action, alias, message and _VARIABLE.sub(r"$\1", message))
            call.method = PLACES[action].method
            call.body = {"store": variable("STORE"), **body} if action == "place_order" else body or None
        if came[0].refused is not None:
            self._refuse(call, step, came)
        else:
            self._go_through(call, step, came)
        self._calls.append(call)

    def _refuse(self, call: Call, step: Step, came: Sequence[Happening]) -> None:
        refusals = [happening.refused for happening in came if happening.refused is not None]
        why = wording.under_each(self._rulesets, [wording.refused(no.rule, no.detail) for no in refusals])
        call.says = [wording.tried(step["by"], step["do"]), *call.says, *why]
        wanted: dict[str, Any] = {"status": refusals[0].refusal.status, "code": refusals[0].refusal.code, "rule": refusals[0].rule}
        wanted |= step.get("refused", {})
        call.status = wanted.pop("status")
        call.checks = [check(name, "=", value) for name, value in wanted.items()]

    def _go_through(self, call: Call, step: Step, came: Sequence[Happening]) -> None:
        by, action, alias = step["by"], step["do"], step.get("on", "order")
        if action == "upload_evidence":
            call.says.insert(0, f"The {by} uploads {call.file}.")
        else:
            call.says[:0] = wording.under_each(self._rulesets, [wording.done(happening.lines) for happening in came])
        call.status = 201 if action in CREATING else 200
        if action == "place_order":
            self._names.currencies.add(step["with"]["total"]["currency"])
            call.keeps[self._names.order(alias)] = "id"
        if action == "open_dispute":
            self._names.disputed.add(alias)
            call.keeps[self._names.dispute(alias)] = "id"
        if "as" in step:
            kind = {"upload_evidence": "FILE", "send_message": "MESSAGE"}.get(action, "SOLUTION")
            variable = f"{_upper(step['as'])}_{kind}"
            self._names.made[step["as"]] = variable
            call.keeps[variable] = f"solutions.{by}.id" if kind == "SOLUTION" else "id"

    def _body(self, step: Step, by: str, alias: str) -> dict[str, Any]:
        """The body of an act, with variables for ids; a solution that is spoken of is looked up first."""

        def resolve(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {name: resolve(inner) for name, inner in value.items()}
            if isinstance(value, list):
                return [resolve(inner) for inner in value]
            if not isinstance(value, str) or not value.startswith("$"):
                return value
            if value not in ("$buyer_solution", "$seller_solution"):
                return variable(self._names.made[value[1:]])
            side = value[1:].partition("_")[0]
            return variable(self._solution(side, by, alias)) if alias in self._names.disputed else "sol_none"

        body: dict[str, Any] = resolve(step.get("with", {}))
        return body

    def _solution(self, side: str, by: str, alias: str) -> str:
        look = self._names.look("dispute", by, alias)
        says = f"What the {side} wants, as it stands now: a yes names the very solution it is said to."
        keeps = {"SOLUTION": f"solutions.{side}.id"}
        self._calls.append(Call([says], look.url, headers=[_bearer(by)], keeps=keeps))
        return "SOLUTION"

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wait(self, step: Step, came: Sequence[Happening]) -> None:
        body: dict[str, Any]
        if "wait" in step:
            body = {"by": step["wait"]}
        else:
            body = {"to": variable("UNTIL")} | _edge(step)
            look = self._names.look(step["until"], step.get("as", "buyer"), step.get("on", "order"))
            says = f"Until when? The {look.asker} reads it off {wording.SEEN[look.root]}."
            self._calls.append(Call([says], look.url, headers=[_bearer(look.asker)], keeps={"UNTIL": look.field}))
        passes = wording.passes(self._rulesets, [(happening.start, happening.end) for happening in came])
        happens = wording.by_itself(self._rulesets, [happening.lines for happening in came])
        call = Call([passes, step.get("says", ""), *happens], "/_emulator/sandboxes/$SANDBOX/clock/advance", "POST", [_KEY], body)
        if "fires" in step:
            call.checks.append(check("fired.*.rule", "=", step["fires"]) if step["fires"] else check("fired", "=", []))
        self._calls.append(call)

    # ── looks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _see(self, step: Step) -> None:
        asker, alias = step.get("as", "buyer"), step.get("on", "order")
        self._look(step["see"], asker, alias, step.get("says", ""), step.get("name"))

    def _keep(self, name: str | None, asker: str, alias: str, says: str) -> None:
        self._look({}, asker, alias, says, name)

    def _look(self, wanted: Mapping[str, Any], asker: str, alias: str, says: str, name: str | None = None) -> None:
        """One call for each address; `name` is that of the step, which later ones may compare with."""
        calls: dict[tuple[str, str], Call] = {}

        def call_of(look: Look) -> Call:
            key = (look.asker, look.url)
            if key not in calls:
                lead = [says, wording.looks(look.asker, look.root)] if not calls else [wording.looks(look.asker, look.root)]
                whole = [check("next_cursor", "=", None)] if "?limit=" in look.url else []
                calls[key] = Call([" ".join(filter(None, lead))], look.url, headers=[_bearer(look.asker)], checks=whole)
            return calls[key]

        for path, value in wanted.items():
            look = self._names.look(path, asker, alias)
            call = call_of(look)
            call.checks.append(self._check(look.field, value, asker, alias))
        for reference in sorted(self._compared):
            at, path = reference.split(".", 1)
            if name is not None and at == name:
                look = self._names.look(path, asker, alias)
                call_of(look).keeps[_upper(reference)] = look.field
        self._calls += calls.values()

    def _check(self, field: str, wanted: Any, asker: str, alias: str) -> str:
        if not isinstance(wanted, Mapping) or len(wanted) != 1:
            return check(field, "=", wanted)
        ((how, value),) = wanted.items()
        match how:
            case "has":
                return check(field, "~", value)
            case "lacks":
                return check(field, "!~", value)
            case "count":
                return check(f"{field.partition('.*')[0]}.length", "=", value)
            case "not":
                return check(field, "!=", value)
            case "after" if value[:1].isdigit():
                return check(field, ">", value)
            case "after":
                look = self._names.look(value, asker, alias)
                says = f"To compare with: {wording.looks(asker, look.root)}"
                self._calls.append(Call([says], look.url, headers=[_bearer(look.asker)], keeps={"BEFORE": look.field}))
                return check(field, ">", "$BEFORE")
            case "same_as":
                return check(field, "=", f"${_upper(value)}")
            case _:
                return check(field, "=", wanted)


# The acts that make something of their own, which is answered with 201.
CREATING = {"upload_evidence", "send_message", *(name for name, action in BY_NAME.items() if action.creates)}


def _edge(step: Step) -> dict[str, str]:
    """How far before an instant; raises ValueError where the clock knows no word for it."""
    less = parse_duration(step["less"]) if "less" in step else timedelta()
    if less not in (timedelta(), A_SECOND):
        raise ValueError(f"{step['less']} before an instant: the clock stops a second before one, or at it")
    return {"edge": "before"} if less else {}


def _forget_unused(calls: Sequence[Call]) -> None:
    """Variables that no later call speaks of are not kept."""
    later = ""
    for call in reversed(calls):
        call.keeps = {name: path for name, path in call.keeps.items() if re.search(rf"\${name}\b", later)}
        later = f"{call.text()}\n{later}"


# ── a story ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def tell(tales: Sequence[Tale], came: Sequence[Sequence[Happening]]) -> str:
    """A tale as it stands in a script, under all of these rulesets, with what each of its steps comes to."""
    steps = [call.text() for call in Teller(tales, came).calls()]
    if len(tales) == 1:
        return "\n\n".join(steps)
    by_hand = f"# Step by step by hand: RULESET={tales[0].ruleset} in place of the next line."
    loop = f"for RULESET in {' '.join(tale.ruleset for tale in tales)}; do"
    return "\n\n".join([f"{by_hand}\n{loop}", *("\n".join(f"  {line}" for line in step.split("\n")) for step in steps), "done"])


def go_alike(came: Sequence[Sequence[Happening]]) -> bool:
    """Whether what a script checks beyond the story is the same under each of the rulesets."""
    refusals = [[no and (no.refusal.code, no.refusal.status, no.rule) for no in (h.refused for h in happenings)] for happenings in came]
    return all(others == refusals[0] for others in refusals)


def _told_of(story: str) -> Iterator[list[Tale]]:
    """The tales of a story: each once, with all rulesets under which it goes the same way."""
    tales = iter(tales_of(story))
    for told in read_story(story)["tales"]:
        yield [next(tales) for _ in told["rulesets"]]


def script(story: str) -> str:
    """A story's script."""
    parts: list[str] = []
    titles: list[str] = []
    groups: list[tuple[list[Tale], list[list[Happening]]]] = []
    for tales in _told_of(story):
        came = [happenings(tale) for tale in tales]
        together = [(tales, came)] if go_alike(came) else [([tale], [one]) for tale, one in zip(tales, came, strict=True)]
        groups += together
    for number, (tales, came) in enumerate(groups, 1):
        title = f"Tale {number} of {len(groups)}: {tales[0].name}"
        rulesets = ", ".join(tale.ruleset for tale in tales)
        titles.append(f"{number}. {tales[0].name} ({rulesets})")
        rule = f"# ══ {title} · {rulesets} "
        parts.append(f"{rule.ljust(WIDTH, '═')}\n\n{tell(tales, came)}\n")
    return f"{_head(story, titles)}\n\n" + "\n\n".join(parts)


def _head(story: str, titles: Sequence[str]) -> str:
    told = read_story(story)
    name = file_name(story)
    lines = [
        f"{told['id']} · {told['title']}",
        f"In the documents: {told['source']}",
        "",
        *wrap(told["tells"], WIDTH - 4),
        "",
        "Tales:" if len(titles) > 1 else "One tale:",
        *(f"  {title}" for title in titles),
        "",
        f"To play it: start an emulator (make run), then clients/curl/{name}",
        "Step by step by hand: cd clients/curl, paste the next two lines of code, and go on; at the end say sweep.",
        "",
        f"Written by `make curl` from fixtures/stories/{story}.json: change the story, not this file.",
    ]
    comment = "\n".join(f"# {line}".rstrip() for line in lines)
    return (
        f'#!/usr/bin/env bash\n#\n{comment}\n\nHERE=${{HERE:-http://127.0.0.1:8080}}\n. "$(dirname -- "${{BASH_SOURCE[0]:-.}}")/lib.sh"\n'
    )


def file_name(story: str) -> str:
    """S14-forty-seven-dollars.sh."""
    words = re.findall(r"[a-z0-9]+", read_story(story)["title"].lower())
    return f"{story}-{'-'.join(words)}.sh"


def scripts() -> dict[str, str]:
    """Every script by the name of its file."""
    return {file_name(story): script(story) for story in story_ids()}


def kept() -> dict[str, str]:
    """Every script that is there, by the name of its file."""
    return {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("S[0-9]*.sh"))}


def main() -> None:
    """Write what is not as it should be, and take away what should not be."""
    wanted, there = scripts(), kept()
    for name in there.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        if there.get(name) != text:
            (FOLDER / name).write_text(text, "utf-8")
            print(f"{name} is written anew", file=sys.stderr)
        (FOLDER / name).chmod(0o755)


if __name__ == "__main__":
    main()
