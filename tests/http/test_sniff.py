"""Guessing content types."""

import pytest

from caddylite.http.sniff import sniff


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "text/plain; charset=utf-8"),
        (b"hello", "text/plain; charset=utf-8"),
        (b"  <!DOCTYPE html><p>", "text/html; charset=utf-8"),
        (b"<bold", "text/plain; charset=utf-8"),
        (b"<b>x", "text/html; charset=utf-8"),
        (b"<!-- x", "text/html; charset=utf-8"),
        (b"\n<?xml version", "text/xml; charset=utf-8"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n123", "image/png"),
        (b"GIF89a...", "image/gif"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF1234WEBPVP", "image/webp"),
        (b"\x1f\x8b\x08\x00", "application/x-gzip"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x00asm\x01", "application/wasm"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b"abc\x00def", "application/octet-stream"),
        (b"\xef\xbb\xbfabc", "text/plain; charset=utf-8"),
    ],
)
def test_guesses(data, kind):
    assert sniff(data) == kind
