"""What a file is, read from its bytes: a name or a header never decides."""

from __future__ import annotations

MAX_FILE_BYTES = 10 * 1024 * 1024
_HEAD_BYTES = 8192

# What evidence may be: photos, screenshots and videos.
EVIDENCE_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "video/mp4", "video/webm", "video/quicktime"}
)

# Photos, sounds and films of the ISO family share one container and name what they are in its first box; the library takes a photo of a
# phone for a film (docs/decisions/002), so for this family the brand decides.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"), "video/mp4"
    ),
    b"qt  ": "video/quicktime",
}


def media_type(data: bytes) -> str | None:
    """The media type of a photo or video, or None for anything else."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    # It reads its book of signatures as it is loaded.
    import puremagic

    try:
        kind = puremagic.magic_string(data[:_HEAD_BYTES])[0].mime_type
    except (puremagic.PureError, ValueError):
        return None
    return kind if kind in EVIDENCE_TYPES else None
