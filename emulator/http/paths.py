"""What may stand for an id in a path."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class Segment(BaseConverter):
    """A part of a path without NUL, which no id has and no database takes: what has one is no path of ours."""

    regex = r"[^/\x00]+"
    part_isolating = True
