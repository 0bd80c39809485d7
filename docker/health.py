"""The image's health check: ends with 0 where this container's emulator says that it is well, else with 1 and what is wrong.

It takes the port from where the server takes it, and imports nothing of the emulator: it runs every few seconds.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4.0


def fault() -> str | None:
    """What is wrong, if anything is."""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8080")), timeout=SECONDS)
    try:
        connection.request("GET", "/_emulator/health")
        answer = connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
    except (OSError, HTTPException) as problem:
        return f"Nobody answers: {problem}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"{answer.status}: {said}"


if __name__ == "__main__":
    sys.exit(fault())
