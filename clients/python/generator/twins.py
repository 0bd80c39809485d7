"""Code for those who do without `async`, word by word from code for those who do not."""

from __future__ import annotations

import re

NOTE = "# Written by `make client` from its twin in asynchronous/: do not edit.\n"

# In this order.
REPLACED = (
    (r"Coroutine\[Any, Any, ([\w.]+)\]", r"\1"),
    (r"Making\[(\w+)\]", r"\1"),
    (r"\bMaking\(", "("),
    (r"from \.\.making import Making\n", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"__a(enter|exit|iter|next)__", r"__\1__"),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\baclose\b", "close"),
    (r"\basleep\b", "sleep"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\[(\w+) for \1 in self\]", "list(self)"),
)


def without_async(source: str) -> str:
    """The twin of a module."""
    text = source
    for pattern, by in REPLACED:
        text = re.sub(pattern, by, text)
    return NOTE + text
