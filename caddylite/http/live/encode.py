"""Runs ``encode``: compresses responses while they are written."""

import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from caddylite.errors import ConfigError
from caddylite.http.accepted import accepted_encodings
from caddylite.http.handlers.encode import Encode
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed, WrappedWriter, Writer
from caddylite.http.response_matcher import ResponseMatcher
from caddylite.http.sniff import sniff

_MINIMUM = 512
_ORDER = ("zstd", "br", "gzip")
_APPLICATION = (
    "atom+xml", "eot", "font", "geo+json", "graphql+json", "graphql-response+json", "javascript",
    "json", "ld+json", "manifest+json", "opentype", "otf", "rss+xml", "truetype", "ttf",
    "vnd.api+json", "vnd.ms-fontobject", "wasm", "x-httpd-cgi", "x-javascript", "x-opentype",
    "x-otf", "x-perl", "x-protobuf", "x-ttf", "xhtml+xml", "xml",
)  # fmt: skip
_OTHERS = (
    "font/ttf*", "font/otf*", "image/svg+xml*", "image/vnd.microsoft.icon*", "image/x-icon*",
    "multipart/bag*", "multipart/mixed*", "text/*",
)  # fmt: skip
#: What is compressed when the config does not say: types that shrink.
_DEFAULT = ResponseMatcher(
    headers={"Content-Type": (*(f"application/{t}*" for t in _APPLICATION), *_OTHERS)}
)


class Compressor(Protocol):
    """Packs a stream of bytes."""

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes in; return what is ready."""
        ...

    def flush(self, mode: int, /) -> bytes:
        """Return what is held back."""
        ...


class Live:
    """Wraps the response of a client that takes one of the encodings.

    zstd is used where Python has it (3.14); before, such a client gets gzip.
    """

    def __init__(self, ir: Encode, build: Build) -> None:
        self._make: dict[str, Callable[[], Compressor]] = {}
        for name, encoder in ir.encodings.items():
            make = _maker(name, encoder)
            if make is not None:
                self._make[name] = make
        for name in ir.prefer:
            if name not in ir.encodings:
                raise ConfigError(f"encoding {name} not enabled")
            if ir.prefer.count(name) > 1:
                raise ConfigError(f"encoding {name} is duplicated in prefer")
        self._prefer = ir.prefer or tuple(n for n in _ORDER if n in self._make)
        self.minimum = ir.minimum_length or _MINIMUM
        self.matcher = ir.match if ir.match is not None else _DEFAULT

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Wrap the response and pass on."""
        headers = ex.request.headers
        if "no-transform" in headers.get("Cache-Control"):
            await proceed()
            return
        accepted = accepted_encodings(headers, self._prefer)
        name = next((n for n in accepted if n in self._make), None)
        if name is None:
            await proceed()
            return
        etag, suffix = headers.get("If-None-Match"), f'-{name}"'
        if etag.endswith(suffix) and not etag.startswith("W/"):
            headers.set("If-None-Match", etag.removesuffix(suffix) + '"')
        inner = ex.out
        writer = ex.out = _Encoding(ex.out, self, name, self._make[name])
        try:
            await proceed()
        except Exception:
            writer.disable()
            raise
        finally:
            writer.close()
            ex.out = inner


def _maker(name: str, encoder: Any) -> Callable[[], Compressor] | None:
    if name == "gzip":
        level = encoder.level or 5
        if not -3 <= level <= 9:
            raise ConfigError(f"quality too high; must be <= 9: {level}")
        return lambda: zlib.compressobj(max(level, 1), zlib.DEFLATED, 31)
    if name == "zstd":
        try:
            made: Callable[[], Compressor] = import_module("compression.zstd").ZstdCompressor
        except ImportError:
            return None
        return made
    raise ConfigError(f"encoder {name} is not run by caddylite yet")


class _Encoding(WrappedWriter):
    """Decides at the first bytes of the body whether to compress, then compresses."""

    def __init__(
        self, out: Writer, config: Live, name: str, make: Callable[[], Compressor]
    ) -> None:
        super().__init__(out)
        self._config, self._name, self._make = config, name, make
        self._status = 0
        self._begun = self._disabled = False
        self._packer: Compressor | None = None

    @property
    def status(self) -> int:
        """The status, 0 while nothing has been started."""
        return self._status

    def start(self, status: int) -> None:
        """Keep the status until it is known whether the body will be compressed."""
        if self._begun or self._status:
            return
        if 100 <= status <= 199:
            self.inner.start(status)
            if status == 101:
                self._status, self._begun = status, True
            return
        self._status = status
        if status == 206:
            self._disabled = True  # a part of what is not compressed
        if status == 304 and not self._varies():
            self.headers.add("Vary", "Accept-Encoding")
        kind = self.headers.get("Content-Type").partition(";")[0].strip(" \t").lower()
        if kind == "text/event-stream":
            self._begin(compress=True)

    def write(self, data: bytes) -> None:
        """Compress a piece of the body, or pass it on."""
        if not data:
            return
        if not self._begun:
            long = len(data) > self._config.minimum or self._declared() > self._config.minimum
            if long and not self.headers.get("Content-Type"):
                self.headers.set("Content-Type", sniff(data))
            self._begin(compress=long)
        if self._packer is None:
            self.inner.write(data)
        elif packed := self._packer.compress(data):
            self.inner.write(packed)

    def flush(self) -> None:
        """Send what is held back; not before it is known what kind of body it is."""
        if not self._begun:
            return
        if self._packer is not None and (packed := self._packer.flush(zlib.Z_SYNC_FLUSH)):
            self.inner.write(packed)
        self.inner.flush()

    def disable(self) -> None:
        """Do not compress: an error is going to be answered."""
        self._disabled = True

    def close(self) -> None:
        """End the body."""
        if not self._begun and self._status:
            self._begin(compress=self._declared() > self._config.minimum)
        self._begun = True
        packer, self._packer = self._packer, None
        if packer is not None:
            self.inner.write(packer.flush(zlib.Z_FINISH))

    def _declared(self) -> int:
        text = self.headers.get("Content-Length")
        return int(text) if text.isascii() and text.isdigit() else 0

    def _begin(self, compress: bool) -> None:
        self._begun = True
        if compress:
            self._set_up()
        if self._status:
            self.inner.start(self._status)

    def _set_up(self) -> None:
        headers = self.headers
        if self._disabled or headers.get("Content-Encoding"):
            return
        if "no-transform" in headers.get("Cache-Control"):
            return
        if not self._config.matcher.matches(self._status or 200, headers):
            return
        self._packer = self._make()
        headers.remove("Content-Length")
        headers.set("Content-Encoding", self._name)
        if not self._varies():
            headers.add("Vary", "Accept-Encoding")
        headers.remove("Accept-Ranges")
        etag = headers.get("Etag")
        if etag and not etag.startswith("W/"):
            headers.set("Etag", etag.removesuffix('"') + f'-{self._name}"')

    def _varies(self) -> bool:
        named = (n.strip().lower() for v in self.headers.all("Vary") for n in v.split(","))
        return "accept-encoding" in named
