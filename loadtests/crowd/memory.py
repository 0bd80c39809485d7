"""What a server on this machine has in memory for itself.

The memory that /metrics tells is all that is resident, and SQLite maps its file: while a database grows so do the pages of it that lie in
memory, which the system takes back whenever it wants to. A leak shows in what the processes have taken for themselves.
"""

from __future__ import annotations

import psutil


def own_memory(pid: int | None) -> int | None:
    """The bytes that a process and those it has started have for themselves, mapped files left out; None where nobody can say."""
    if pid is None:
        return None
    try:
        parent = psutil.Process(pid)
        infos = [process.memory_info() for process in (parent, *parent.children(recursive=True))]
    except psutil.Error:
        return None
    # Only Linux tells files apart from the rest.
    return sum(info.rss - info.shared for info in infos) if all(hasattr(info, "shared") for info in infos) else None
