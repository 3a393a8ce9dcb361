"""Content types by file extension: one fixed table, so that every host answers the same.

Caddy asks the host's MIME tables (``/etc/mime.types``, shared-mime-info) beside Go's own. Those of
different hosts agree on what web sites are made of, and so does this one; on rarer files they
differ from each other.
"""

from typing import Final

_TEXT: Final = {
    "css": "css", "htm": "html", "html": "html", "js": "javascript", "mjs": "javascript",
    "txt": "plain", "text": "plain", "log": "plain", "conf": "plain", "asc": "plain",
    "csv": "csv", "md": "markdown", "markdown": "markdown", "ics": "calendar", "vcf": "vcard",
    "vtt": "vtt", "xml": "xml", "tsv": "tab-separated-values", "shtml": "html",
}  # fmt: skip
_IMAGE: Final = {
    "avif": "avif", "bmp": "bmp", "gif": "gif", "ico": "vnd.microsoft.icon", "jpe": "jpeg",
    "jpeg": "jpeg", "jpg": "jpeg", "jxl": "jxl", "png": "png", "svg": "svg+xml",
    "svgz": "svg+xml", "tif": "tiff", "tiff": "tiff", "webp": "webp", "heic": "heic",
}  # fmt: skip
_AUDIO: Final = {
    "aac": "aac", "flac": "flac", "m4a": "mp4", "mid": "midi", "midi": "midi", "mp3": "mpeg",
    "oga": "ogg", "ogg": "ogg", "opus": "ogg", "wav": "x-wav", "weba": "webm",
}  # fmt: skip
_VIDEO: Final = {
    "avi": "x-msvideo", "m4v": "mp4", "mkv": "x-matroska", "mov": "quicktime", "mp4": "mp4",
    "mpeg": "mpeg", "mpg": "mpeg", "ogv": "ogg", "webm": "webm", "ts": "mp2t",
}  # fmt: skip
_FONT: Final = {"otf": "otf", "ttf": "ttf", "woff": "woff", "woff2": "woff2"}
_APPLICATION: Final = {
    "7z": "x-7z-compressed", "atom": "atom+xml", "bin": "octet-stream", "bz2": "x-bzip2",
    "deb": "vnd.debian.binary-package", "doc": "msword",
    "docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eot": "vnd.ms-fontobject", "epub": "epub+zip", "exe": "vnd.microsoft.portable-executable",
    "gz": "gzip", "iso": "x-iso9660-image", "jar": "java-archive", "json": "json",
    "jsonld": "ld+json", "map": "json", "odp": "vnd.oasis.opendocument.presentation",
    "ods": "vnd.oasis.opendocument.spreadsheet", "odt": "vnd.oasis.opendocument.text",
    "pdf": "pdf", "ppt": "vnd.ms-powerpoint",
    "pptx": "vnd.openxmlformats-officedocument.presentationml.presentation", "ps": "postscript",
    "rar": "vnd.rar", "rdf": "rdf+xml", "rss": "rss+xml", "rtf": "rtf", "sh": "x-sh",
    "sql": "sql", "swf": "vnd.adobe.flash.movie", "tar": "x-tar", "tgz": "x-gtar-compressed",
    "torrent": "x-bittorrent", "wasm": "wasm", "webmanifest": "manifest+json",
    "xhtml": "xhtml+xml", "xls": "vnd.ms-excel",
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xz": "x-xz", "zip": "zip",
    "zst": "zstd",
}  # fmt: skip

TYPES: Final = {
    **{ext: f"text/{kind}; charset=utf-8" for ext, kind in _TEXT.items()},
    **{ext: f"image/{kind}" for ext, kind in _IMAGE.items()},
    **{ext: f"audio/{kind}" for ext, kind in _AUDIO.items()},
    **{ext: f"video/{kind}" for ext, kind in _VIDEO.items()},
    **{ext: f"font/{kind}" for ext, kind in _FONT.items()},
    **{ext: f"application/{kind}" for ext, kind in _APPLICATION.items()},
}


def type_of(name: str) -> str:
    """Return the content type for a file's name, empty if its extension is not known."""
    _, dot, extension = name.rpartition("/")[2].rpartition(".")
    return TYPES.get(extension.lower(), "") if dot else ""
