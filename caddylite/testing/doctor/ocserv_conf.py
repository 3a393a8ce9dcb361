"""ocserv's own configuration file, as far as a proxy in front of it matters."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from caddylite.errors import ConfigError


@dataclass(frozen=True, slots=True)
class OcservConf:
    """The settings of the file's main part; those of a ``[vhost:…]`` are kept by its name.

    A key that comes several times keeps its last value; ``#`` begins a comment.
    """

    file: str
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    vhosts: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Self:
        """Read a file; ConfigError if that cannot be done."""
        try:
            text = Path(path).read_text(errors="replace")
        except OSError as e:
            raise ConfigError(f"open {path}: {(e.strerror or str(e)).lower()}") from None
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, file: str = "ocserv.conf") -> Self:
        """Read ``key = value`` lines."""
        conf = cls(file)
        part = conf.values
        for number, raw in enumerate(text.split("\n"), 1):
            line = raw.strip()
            if line.startswith("[vhost:") and line.endswith("]"):
                part = conf.vhosts.setdefault(line[7:-1].strip(), {})
            key, equals, value = line.partition("=")
            if not equals or line.startswith(("#", "[")):
                continue
            name = key.strip()
            part[name] = _value(value)
            if part is conf.values:
                conf.lines[name] = number
        return conf

    def get(self, name: str, default: str = "") -> str:
        """Return a setting."""
        return self.values.get(name, default)

    def on(self, name: str, default: bool = False) -> bool:
        """Is a setting switched on?"""
        said = self.get(name).lower()
        return said in ("true", "yes", "1", "on") if said else default

    def number(self, name: str, default: int = 0) -> int:
        """Return a number; the default if it is not said, or is none."""
        said = self.get(name)
        return int(said) if said.isdigit() else default

    def at(self, name: str) -> str:
        """Return ``file:line`` of a setting, or the file."""
        line = self.lines.get(name)
        return f"{self.file}:{line}" if line else self.file


def _value(text: str) -> str:
    text = text.strip()
    if text[:1] == '"':
        return text[1:].partition('"')[0]
    return text.partition(" #")[0].strip()
