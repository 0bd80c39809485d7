"""Small real pictures: evidence for stories and worlds, drawn from a name alone."""

from __future__ import annotations

import struct
import zlib
from hashlib import blake2b

SIDE = 8


def picture(name: str) -> bytes:
    """A valid PNG of 8 by 8 pixels; the same name gives the same bytes, another name another picture."""
    shades = blake2b(name.encode(), digest_size=SIDE * SIDE).digest()
    lines = b"".join(b"\x00" + shades[row * SIDE : (row + 1) * SIDE] for row in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
