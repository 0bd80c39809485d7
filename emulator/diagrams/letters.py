"""How wide a text is. A picture is drawn before anybody knows in which letters it will be read, so wide ones are reckoned with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

# Hundredths of the height of the letters, as in DejaVu Sans, which is wider than what most systems have.
_WIDTHS = {
    28: "ijlIJ'",
    34: " ,./:;|\\",
    40: "frt()[]-!",
    53: "csz?",
    60: "aekovxyLTYFP_",
    64: "bdghnpquE$0123456789",
    70: "ABCKRSVXZ“”",
    79: "DGHNOQU&",
    84: "w+<>=#~→·…",
    98: "mMW@%",
}
_WIDTH = {letter: width / 100 for width, letters in _WIDTHS.items() for letter in letters}
BOLD, MONO = 1.13, 0.602


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, bold: bool = False, mono: bool = False) -> float:
    """The width of a text whose letters are so high."""
    if mono:
        return len(text) * MONO * size
    return sum(_WIDTH.get(letter, 0.84) for letter in text) * size * (BOLD if bold else 1)


@lru_cache(maxsize=4096)
def wrapped(text: str, size: float, most: float, bold: bool = False) -> tuple[str, ...]:
    """The text in lines no wider than `most`, broken between words; a word that is wider stands alone."""
    return tuple(_lines(text, size, most, bold))


def _lines(text: str, size: float, most: float, bold: bool) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size, bold) > most:
            yield line
            line = word
        else:
            line = longer
    yield line
