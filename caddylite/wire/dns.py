"""DNS queries, read as far as routing wants to know (RFC 1035, 4.1; RFC 6895 for the names)."""

from dataclasses import dataclass
from typing import Final

CLASSES: Final = {1: "IN", 2: "CS", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
#: Names of the types from 0 on; a number stands for so many that have none.
_TYPE_NAMES: Final = (
    "None A NS MD MF CNAME SOA MB MG MR NULL 1 PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT 1 "
    "NSAP-PTR SIG KEY PX GPOS AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT 1 DNAME 1 OPT APL DS "
    "SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID NSEC3 NSEC3PARAM TLSA SMIMEA 1 HIP NINFO RKEY TALINK "
    "CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS 33 SPF UINFO UID GID UNSPEC NID L32 L64 LP "
    "EUI48 EUI64 18 NXNAME 120 TKEY TSIG IXFR AXFR MAILB MAILA ANY URI CAA AVC 1 AMTRELAY RESINFO"
)
_HEADER: Final = 12
#: How often a compressed name may point elsewhere before it is taken for a trap.
_MOST_HOPS: Final = 128


def _type_table() -> dict[int, str]:
    out, number = {0x8000: "TA", 0x8001: "DLV", 0xFFFF: "Reserved"}, 0
    for word in _TYPE_NAMES.split():
        if word.isdigit():
            number += int(word)
        else:
            out[number] = word
            number += 1
    return out


TYPES: Final = _type_table()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a name with its last dot (in lower case), type and class by number."""

    name: str
    type: int
    class_: int


@dataclass(frozen=True, slots=True)
class Query:
    """A request message."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class NotDNS:
    """The bytes cannot be a request message."""

    why: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """So far they can."""


def read(data: bytes, size: int) -> Query | NotDNS | Incomplete:
    """Read the beginning of a message that is ``size`` bytes long."""
    if size < _HEADER:
        return NotDNS("too short for a DNS message")
    if len(data) < _HEADER:
        return _early_header(data) or Incomplete()
    wrong = _early_header(data)
    if wrong is not None:
        return wrong
    counts = [data[i] << 8 | data[i + 1] for i in (4, 6, 8, 10)]
    if not counts[0]:
        return NotDNS("a DNS message without a question")
    if _HEADER + counts[0] * 5 + sum(counts[1:]) * 11 > size:
        return NotDNS("more DNS records than the message has room for")
    if len(data) < size:  # only a look at the first question: what is cheap however it comes
        counts = [1]
    return _sections(_Reader(data[:size], size), counts)


def _early_header(data: bytes) -> NotDNS | None:
    """Look at the flags as soon as they are there."""
    if len(data) > 2 and data[2] & 0x80:
        return NotDNS("a DNS response")
    if len(data) > 3 and data[3] & 0x4F:
        return NotDNS("DNS flags that no request has")
    return None


class _Short(Exception):
    """The bytes end here, though the message does not."""


class _Bad(Exception):
    """The message breaks a rule."""


def _sections(r: "_Reader", counts: list[int]) -> Query | NotDNS | Incomplete:
    try:
        questions = tuple([r.question() for _ in range(counts[0])])
        for _ in range(sum(counts[1:])):
            r.record()
        if len(r.data) < r.size:
            return Incomplete()
        r.end()
    except _Short:
        return Incomplete()
    except _Bad as e:
        return NotDNS(str(e))
    return Query(questions)


class _Reader:
    """A cursor over a message of which only the beginning may be there."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size, self.at = data, size, _HEADER

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > self.size:
            raise _Bad("a DNS record goes beyond the message")
        if end > len(self.data):
            raise _Short
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def question(self) -> Question:
        name = self.name()
        kind, class_ = self.number(), self.number()
        return Question(name, kind, class_)

    def record(self) -> None:
        self.name()
        self.take(8)
        self.take(self.number())

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def name(self) -> str:
        """Read a name; a compressed one is followed to its labels, backwards only."""
        labels: list[bytes] = []
        back: int | None = None
        length, hops = 1, 0
        while True:
            size = self.take(1)[0]
            if size >= 0xC0:
                target = (size & 0x3F) << 8 | self.take(1)[0]
                back = self.at if back is None else back
                hops += 1
                if target >= self.at - 2 or hops > _MOST_HOPS:
                    raise _Bad("a DNS name that points forwards, or around")
                self.at = target
                continue
            if size > 63:
                raise _Bad("a DNS label of an unknown kind")
            if not size:
                break
            length += size + 1
            if length > 255:
                raise _Bad("a DNS name of more than 255 bytes")
            labels.append(self.take(size))
        if back is not None:
            self.at = back
        return "".join(f"{_text(label)}." for label in labels) or "."

    def end(self) -> None:
        if self.at != self.size:
            raise _Bad("bytes after the last DNS record")


def _text(label: bytes) -> str:
    """Write a label in lower case, as master files do (RFC 1035, 5.1)."""
    out = []
    for byte in label.lower():
        if byte in b".\"\\();@$ '":
            out.append("\\" + chr(byte))
        elif 0x20 < byte < 0x7F:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03d}")
    return "".join(out)
