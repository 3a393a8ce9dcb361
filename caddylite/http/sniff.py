"""Guesses the type of content from its beginning (mimesniff.spec.whatwg.org, section 7)."""

from typing import Final

#: How much of the content counts, in bytes.
SNIFFED: Final = 512

_SPACE: Final = b"\t\n\x0c\r "
_HTML: Final = (
    b"<!doctype html", b"<html", b"<head", b"<script", b"<iframe", b"<h1", b"<div", b"<font",
    b"<table", b"<a", b"<style", b"<title", b"<b", b"<body", b"<br", b"<p", b"<!--",
)  # fmt: skip
_PREFIXES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xfe\xff", "text/plain; charset=utf-16be"),
    (b"\xff\xfe", "text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\x00\x00\x02\x00", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x89PNG\x0d\x0a\x1a\x0a", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\x00", "application/ogg"),
    (b"MThd\x00\x00\x00\x06", "audio/midi"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\x00", "application/x-rar-compressed"),
    (b"\x00asm", "application/wasm"),
)
_RIFF: Final = {b"WAVE": "audio/wave", b"AVI ": "video/avi", b"WEBP": "image/webp"}
_BINARY: Final = frozenset((*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)))


def sniff(data: bytes) -> str:
    """Return a content type; ``application/octet-stream`` where nothing fits."""
    data = data[:SNIFFED]
    text = data.lstrip(_SPACE)
    lowered = text[:16].lower()
    for tag in _HTML:
        if lowered.startswith(tag):
            behind = text[len(tag) : len(tag) + 1]
            if behind in (b" ", b">") or tag == b"<!--":
                return "text/html; charset=utf-8"
    if text.startswith(b"<?xml"):
        return "text/xml; charset=utf-8"
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            return kind
    if data.startswith(b"RIFF") and data[8:12] in _RIFF and len(data) >= 14:
        return _RIFF[data[8:12]]
    if data.startswith(b"FORM") and data[8:12] == b"AIFF":
        return "audio/aiff"
    if data[34:36] == b"LP":
        return "application/vnd.ms-fontobject"
    if _is_mp4(data):
        return "video/mp4"
    return "application/octet-stream" if _BINARY & set(data) else "text/plain; charset=utf-8"


def _is_mp4(data: bytes) -> bool:
    size = int.from_bytes(data[:4], "big")
    if len(data) < max(12, size) or size % 4 or data[4:8] != b"ftyp":
        return False
    brands = (data[at : at + 3] for at in range(8, size, 4) if at != 12)
    return any(brand == b"mp4" for brand in brands)
