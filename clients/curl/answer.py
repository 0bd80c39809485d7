"""Looks at one answer of `curl -i` for lib.sh: keeps its fields, tells the step that it answers, compares it with what is expected.

It is started once an answer, so it imports little, and it runs on whatever `python3` there is.
"""

from __future__ import annotations

import json
import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # what only a type checker reads costs no start-up time
    from collections.abc import Iterable, Iterator
    from typing import Any, NoReturn

# What a person likes to see of an answer, if it has it, beside what is checked.
_TELLING = (
    *("detail", "name", "ruleset", "clock.now", "id", "status", "status_label", "outcome", "to"),
    *("next_deadline.at", "next_deadline.then"),
)
_MOST_LINES = 80
_NAMES = ("name", "by", "currency")
_CHECK = re.compile(r"([\w.*-]+?)(!=|!~|=|~|>)(.*)", re.DOTALL)
_SANDBOX = re.compile(r"/_emulator/sandboxes/(\w+)")


# ── the answer ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_answer(text: str) -> tuple[int, dict[str, str], str]:
    """Status, headers by their lower-case names, and body. Status 0 where nobody has answered."""
    status, headers, body = 0, {}, text
    # A proxy, or `100 Continue`, has a head of its own before the real one.
    while re.match(r"HTTP/[0-9.]+ [0-9]{3}", body):
        head, _, body = body.partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        status = int(first.split()[1])
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return status, headers, body


def fields_of(value: Any) -> dict[str, Any]:
    """Every path of a JSON value with what lies there; the entries of a list by number, by name, and all at once."""
    return dict(_walk("", value))


def _walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if path:
        yield path, value
    before = f"{path}." if path else ""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(f"{before}{name}", inner)
    elif isinstance(value, list):
        yield f"{before}length", len(value)
        together: dict[str, list[Any]] = {}
        for number, entry in enumerate(value):
            names = [str(entry[key]) for key in _NAMES if key in entry] if isinstance(entry, dict) else []
            for inner_path, inner in _walk("", entry):
                together.setdefault(inner_path, []).append(inner)
                for name in (str(number), *names):
                    yield f"{before}{name}.{inner_path}", inner
            for name in (str(number), *names):
                yield f"{before}{name}", entry
        for inner_path, all_of_them in together.items():
            if len(all_of_them) == len(value):
                yield f"{before}*.{inner_path}", all_of_them


def shown(value: Any) -> str:
    """A text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def look(fields: dict[str, Any], path: str) -> Any:
    """What lies at a path; None behind something that is null. Raises KeyError where there is no such field."""
    if path in fields:
        return fields[path]
    above = path.rpartition(".")[0]
    while above:
        if above in fields:
            if fields[above] is None:
                return None
            break
        above = above.rpartition(".")[0]
    # All entries of an empty list, and whoever is not in it, are nothing.
    if above and fields[above] == []:
        return [] if path.startswith(f"{above}.*") else None
    raise KeyError(path)


# ── what is expected ───────────────────────────────────────────────────────────────────────────────────────────────────


def holds(given: Any, how: str, expected: str) -> bool:
    """Whether a check of lib.sh is true of what is given."""
    if how == "=":
        return bool(given == json.loads(expected)) if expected[:1] in ("[", "{") else shown(given) == expected
    if how == "~":
        return expected in given if isinstance(given, str) else expected in map(shown, given or ())
    if how == ">":
        return given is not None and shown(given) > expected
    return not holds(given, how[1:], expected)


def faults(status: int, fields: dict[str, Any], expected: int, checks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What was expected and what is given, wherever they differ."""
    if status != expected:
        yield f"HTTP {expected}", f"HTTP {status}" if status else "no answer"
    for check in checks:
        parts = _CHECK.fullmatch(check)
        if parts is None:
            yield check, "no check such as status=finished"
            continue
        path, how, wanted = parts.groups()
        try:
            given = look(fields, path)
        except KeyError:
            yield check, f"no field {path}"
            continue
        if not holds(given, how, wanted):
            yield check, f"{path}={shown(given)}"


# ── the step ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def step_at(script: str, line: int) -> list[str]:
    """The lines of a script around this one, up to the next empty ones; none where it is no file."""
    try:
        with open(script, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except OSError:
        return []
    if not 0 < line <= len(lines):
        return []
    first = last = line - 1
    while first > 0 and lines[first - 1].strip():
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    margin = len(lines[first]) - len(lines[first].lstrip())
    return [text[margin:] if not text[:margin].strip() else text.lstrip() for text in lines[first : last + 1]]


def comment_of(step: Iterable[str]) -> list[str]:
    """What a step says in its comment."""
    return [line[2:] for line in step if line.startswith("# ") and not line.startswith("# shellcheck ")]


class Page:
    """Where it is told, with colours if it is a terminal that wants them."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        if hasattr(stream, "reconfigure"):
            # What a terminal cannot show becomes a question mark, not a traceback.
            stream.reconfigure(errors="replace")

    def write(self, text: str = "", style: str = "") -> None:
        self._stream.write(f"\033[{style}m{text}\033[0m\n" if style and self._coloured and text else f"{text}\n")


BOLD, DIM, RED, GREEN = "1", "2", "1;31", "32"


def tell(page: Page, step: list[str], fields: dict[str, Any]) -> None:
    """What the step says, under the name of its tale where one begins."""
    if "accounts" in fields and "ruleset" in fields:
        page.write()
        page.write(f"══ {fields['name']} · {fields['ruleset']}", BOLD)
    page.write()
    for line in comment_of(step):
        page.write(line)


def tell_well(page: Page, status: int, checks: list[str]) -> None:
    """One line: as expected."""
    page.write(f"  ✓ {status}  {'  '.join(checks)}".rstrip(), GREEN)


def tell_answer(page: Page, status: int, fields: dict[str, Any], checks: list[str]) -> None:
    """The fields of an answer that matter to a person."""
    page.write(f"  ✓ {status}", GREEN)
    checked = [found[1] for found in map(_CHECK.fullmatch, checks) if found]
    for path in dict.fromkeys((*_TELLING, *checked)):
        value = fields.get(path)
        if value not in (None, []):
            page.write(f"    {path}: {shown(value)}", "" if path in checked else DIM)
    for timer in fields.get("fired") or ():
        page.write(f"    {timer['at']}  {timer['rule']}  {timer['says']}")


def tell_faults(page: Page, place: str, step: list[str], found: list[tuple[str, str]], status: int, body: str) -> None:
    """What went otherwise: the command, what was expected, what was given, and the whole answer."""
    page.write()
    page.write(f"✗ {place}: not as told", RED)
    page.write()
    for line in step:
        page.write(f"    {line}", DIM if line.startswith("#") else "")
    page.write()
    for expected, given in found:
        page.write(f"  expected  {expected}", GREEN)
        page.write(f"  given     {given}", RED)
    page.write()
    if not status:
        page.write("Nobody has answered. `make run` starts an emulator; HERE says where it is.")
        return
    page.write(f"The whole answer: HTTP {status}")
    lines = _indented(body).split("\n")
    for line in lines[:_MOST_LINES]:
        page.write(line)
    if len(lines) > _MOST_LINES:
        page.write(f"… and {len(lines) - _MOST_LINES} lines more")


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


# ── all together ───────────────────────────────────────────────────────────────────────────────────────────────────────


def keep(work: str, fields: dict[str, Any], made: str | None) -> None:
    """The fields, for `pick`, and the sandbox that was made, for `sweep`."""
    with open(os.path.join(work, "fields"), "w", encoding="utf-8") as file:
        for path, value in fields.items():
            text = re.sub(r"[\t\r\n]", " ", shown(value))
            file.write(f"{path}\t{text}\n")
    if made is not None:
        with open(os.path.join(work, "sandboxes"), "a", encoding="utf-8") as file:
            file.write(f"{made}\n")


def main(work: str, script: str, line: str, expected: str, *checks: str) -> NoReturn:
    """`expect` of lib.sh. Ends with 1 where the answer is not as expected, with 2 where nothing is."""
    status, headers, body = read_answer(sys.stdin.buffer.read().decode("utf-8", "replace"))
    try:
        fields = fields_of(json.loads(body))
    except ValueError:
        fields = {}
    made = _SANDBOX.fullmatch(headers.get("location", "")) if status == 201 else None
    keep(work, fields, made[1] if made and "accounts" in fields else None)
    # Whoever shows the steps himself, as demo.sh does, hands over the one that is being answered.
    given = os.environ.get("STORY_STEP")
    step = given.split("\n") if given else step_at(script, int(line))
    wrong = list(faults(status, fields, int(expected), checks))
    out, err = Page(sys.stdout), Page(sys.stderr)
    if step and not given:
        tell(out, step, fields)
    if wrong:
        sys.stdout.flush()
        place = f"{os.path.basename(script)}, line {line}" if step and not given else "The step"
        tell_faults(err, place, step, wrong, status, body)
        sys.exit(1)
    if step and not given:
        tell_well(out, status, list(checks))
    else:
        tell_answer(out, status, fields, list(checks))
    sys.exit(0)


if __name__ == "__main__":
    if len(sys.argv) < 5 or not sys.argv[4].isdigit():
        sys.exit("Say what status is expected: … | expect 200 status=finished")
    try:
        main(*sys.argv[1:])
    except BrokenPipeError:
        # Nobody reads any more; what is left is thrown away, so that nothing is said about it at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
