"""Photos and videos: what their bytes say they are, how large they may be, and how harmlessly they are served."""

from __future__ import annotations

import struct
from base64 import b64decode
from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from emulator.pictures import picture

from ..conftest import MakeSandbox
from ..dumping import dump
from ..sandbox import Sandbox


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of the ISO family of files."""
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def film(brand: bytes) -> bytes:
    movie = box(b"moov", box(b"mvhd", b"\x00" * 100))
    return box(b"ftyp", brand, b"\x00\x00\x02\x00", brand, b"mp41") + movie + box(b"mdat", b"\x00" * 16)


GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
WEBP = b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
    "wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878102428581021853806701ffffffffffffff")
EVIDENCE = {
    "image/png": picture("photo"),
    "image/jpeg": JPEG,
    "image/gif": GIF,
    "image/webp": WEBP,
    "image/heic": film(b"heic"),
    "video/mp4": film(b"isom"),
    "video/quicktime": film(b"qt  "),
    "video/webm": WEBM,
}
NO_EVIDENCE = {
    "a zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 60,
    "a PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF",
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "a drawing with a script": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a text": b"Believe me.",
    "nothing": b"",
    "a single byte": b"\x89",
    "a program": b"\x7fELF\x02\x01\x01" + b"\x00" * 60,
    "a song": b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\x00" * 60,
    "a song of the ISO family": film(b"M4A "),
    "zeros": b"\x00" * 100,
    "a script": b"#!/bin/sh\nrm -rf /\n",
}


@pytest.mark.parametrize("kind", EVIDENCE)
def test_a_file_is_what_its_bytes_say_whatever_its_name_and_header_say(kind: str, sandbox: Sandbox) -> None:
    answer = sandbox.upload("buyer", "letter.pdf", EVIDENCE[kind])
    assert answer.status_code == 201, answer.text
    shown = answer.json or {}
    assert (shown["media_type"], shown["size"]) == (kind, len(EVIDENCE[kind]))
    assert (shown["name"], shown["sha256"]) == ("letter.pdf", sha256(EVIDENCE[kind]).hexdigest())
    served = sandbox.call("buyer", "GET", shown["href"])
    assert (served.status_code, served.data, served.mimetype) == (200, EVIDENCE[kind], kind)


@pytest.mark.parametrize("what", NO_EVIDENCE)
def test_what_is_no_photo_and_no_video_is_refused_though_it_is_named_one(what: str, sandbox: Sandbox, app: Flask) -> None:
    before = dump(app)
    answer = sandbox.upload("buyer", "photo.png", NO_EVIDENCE[what])
    assert (answer.status_code, (answer.json or {})["code"]) == (415, "not_evidence")
    assert dump(app) == before


def test_evidence_is_served_so_that_no_browser_runs_it(sandbox: Sandbox) -> None:
    """A GIF that is a script as well is still a GIF, and nothing else, to whoever opens it."""
    polyglot = GIF + b"/*<script>alert(1)</script>*/"
    answer = sandbox.upload("buyer", 'x"><script>.html', polyglot)
    served = sandbox.call("buyer", "GET", f"/v1/evidence/{(answer.json or {})['id']}")
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Type"] == "image/gif"
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert "html" not in served.headers["Content-Disposition"]
    assert "private" in served.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/passwd",
        'a"; filename="b.exe',
        "a\r\nSet-Cookie: x=1",
        "\x00.png",
        "",
        "ü" * 300,
        "🦄.png",
        ".",
    ],
    ids=ascii,
)
def test_a_files_name_names_no_place_and_breaks_no_header(name: str, sandbox: Sandbox) -> None:
    data = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="' + name.replace('"', '\\"').encode() + b'"\r\n\r\n'
    data += picture("photo") + b"\r\n--edge--\r\n"
    answer = sandbox.call("buyer", "POST", "/v1/evidence", data=data, content_type="multipart/form-data; boundary=edge")
    if name and "\r\n" not in name:
        assert answer.status_code == 201, answer.text
    else:
        assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 201:
        shown = (answer.json or {})["name"]
        assert 0 < len(shown) <= 200
        assert not set(shown) & set("/\\\r\n\x00")
        served = sandbox.call("buyer", "GET", (answer.json or {})["href"])
        assert "Set-Cookie" not in served.headers
        assert served.headers["Content-Disposition"].count('"') == 2


def test_the_same_bytes_twice_are_two_pieces_of_evidence_and_kept_once(sandbox: Sandbox, app: Flask) -> None:
    first, second = sandbox.evidence("buyer", "photo.png"), sandbox.evidence("seller", "photo.png")
    assert first != second
    lies = dump(app)
    assert (len(lies["evidence"]), len(lies["files"])) == (2, 1)
    assert sandbox.call("buyer", "GET", f"/v1/evidence/{second}").status_code == 404


@pytest.mark.parametrize("parts", [(), ("text",), ("photo",), ("file", "text"), ("file", "photo")], ids=" and ".join)
def test_anything_but_one_file_part_is_malformed(parts: tuple[str, ...], sandbox: Sandbox) -> None:
    form = {part: "a text" if part == "text" else (BytesIO(picture("a")), "a.png") for part in parts}
    answer = sandbox.call("buyer", "POST", "/v1/evidence", data=form, content_type="multipart/form-data")
    assert (answer.status_code, list((answer.json or {})["errors"])) == (422, ["file"])


def send(sandbox: Sandbox, data: bytes) -> TestResponse:
    return sandbox.upload("buyer", "large.png", data)


def test_a_file_may_have_ten_megabytes_and_no_byte_more(sandbox: Sandbox) -> None:
    most = 10 * 1024 * 1024
    large = picture("large").ljust(most, b"\x00")
    answer = send(sandbox, large)
    assert (answer.status_code, (answer.json or {})["size"]) == (201, most)
    answer = send(sandbox, large + b"\x00")
    assert (answer.status_code, (answer.json or {})["code"]) == (413, "evidence_over_limit")
    answer = send(sandbox, large * 2)
    assert (answer.status_code, (answer.json or {})["code"]) == (413, "too_large")


def test_a_file_that_is_no_evidence_is_refused_before_anybody_is_asked_who_he_is(sandbox: Sandbox) -> None:
    boundary, form = encode_multipart({"file": FileStorage(BytesIO(b"no photo"), "x.png")})
    answer = sandbox.client.post("/v1/evidence", data=form, content_type=f"multipart/form-data; boundary={boundary}")
    assert (answer.status_code, (answer.json or {})["code"]) == (415, "not_evidence")


def test_a_disputes_files_together_have_a_limit_and_what_is_attached_counts_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [sandbox.evidence("buyer", f"{n}.png") for n in range(4)]
    size = len(picture("0.png"))
    sizes = [len(picture(f"{n}.png")) for n in range(4)]
    monkeypatch.setattr("emulator.domain.needs.MAX_DISPUTE_EVIDENCE", sum(sizes[:3]))
    order = sandbox.delivered()
    refused = sandbox.ask("buyer", "open_dispute", order, **sandbox.opening(evidence=photos))
    assert (refused.status_code, (refused.json or {})["code"]) == (413, "evidence_over_limit")
    sandbox.do("buyer", "open_dispute", order, **sandbox.opening(evidence=photos[:2]))
    shown = sandbox.do("buyer", "edit", order, explanation="Look.", evidence=photos[:3])
    assert [entry["id"] for entry in shown["evidence"]] == photos[:3]
    assert size in [entry["size"] for entry in shown["evidence"]]
    refused = sandbox.ask("buyer", "edit", order, evidence=photos[3:])
    assert (refused.status_code, (refused.json or {})["code"]) == (413, "evidence_over_limit")
    assert sandbox.dispute(order)["edits_used"] == 1


def test_evidence_goes_with_its_sandbox(make_sandbox: MakeSandbox, app: Flask) -> None:
    gone, stays = make_sandbox(), make_sandbox()
    photo, kept = gone.evidence("buyer"), stays.evidence("buyer")
    assert stays.call("buyer", "GET", f"/v1/evidence/{photo}").status_code == 404
    gone.control("DELETE")
    assert stays.call("buyer", "GET", f"/v1/evidence/{kept}").status_code == 200
    lies = dump(app)
    assert (len(lies["evidence"]), len(lies["files"]), len(lies["sandboxes"])) == (1, 1, 1)
