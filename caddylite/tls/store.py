"""The certificates there are, found by the name a client asks for."""

from collections.abc import Iterator

from caddylite.tls.certificate import Certificate
from caddylite.tls.policy import CertSelection
from caddylite.tls.server_names import ascii_name, generalised
from caddylite.wire.clienthello import Hello


class CertificateStore:
    """Certificates by name; a name may have several."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Certificate]] = {}
        self._all: dict[Certificate, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Certificate]:
        return iter(tuple(self._all))

    def add(self, certificate: Certificate) -> None:
        """Take a certificate up, under all its names."""
        if certificate in self._all:
            return
        self._all[certificate] = None
        for name in certificate.names:
            self._by_name.setdefault(ascii_name(name), []).append(certificate)

    def remove(self, certificate: Certificate) -> None:
        """Forget a certificate; connections that use it go on."""
        if self._all.pop(certificate, self) is self:
            return
        for name in map(ascii_name, certificate.names):
            rest = [c for c in self._by_name.get(name, ()) if c is not certificate]
            if rest:
                self._by_name[name] = rest
            else:
                self._by_name.pop(name, None)

    def replace(self, old: Certificate | None, new: Certificate) -> None:
        """Put a certificate in the place of another; there is never none."""
        self.add(new)
        if old is not None and old is not new:
            self.remove(old)

    def named(self, name: str) -> list[Certificate]:
        """Return those for exactly this name (which may have wildcards)."""
        return self._by_name.get(ascii_name(name), [])

    def covers(self, name: str) -> bool:
        """Is there one for this name, or a wildcard that takes it in?"""
        name = ascii_name(name)
        return name in self._by_name or any(n in self._by_name for n in generalised(name))

    def choose(
        self,
        hello: Hello,
        now: float,
        local: str = "",
        default: str = "",
        fallback: str = "",
        selection: CertSelection | None = None,
    ) -> Certificate | None:
        """Choose as certmagic does.

        By the name asked for, then the wildcards it falls under; without a name by the local IP
        address, then the ``default`` name; at last by the ``fallback`` name. Of several
        certificates the first that suits the client and is valid now is taken.
        """
        for candidate in _candidates(hello.server_name, local, default, fallback):
            found = self._by_name.get(candidate, [])
            if selection is not None:
                found = [c for c in found or self._all if _wanted(c, selection)]
            if found:
                return found[0] if len(found) == 1 else _best(found, hello, now)
        return None


def _candidates(asked: str, local: str, default: str, fallback: str) -> Iterator[str]:
    if asked:
        name = ascii_name(asked)
        yield name
        yield from generalised(name)
    elif local:
        yield local
    if default and not asked:
        yield ascii_name(default)
    if fallback:
        yield ascii_name(fallback)


def _best(choices: list[Certificate], hello: Hello, now: float) -> Certificate:
    best = choices[0]
    for choice in choices:
        if choice.suits(hello):
            best = choice
            if choice.not_before <= now <= choice.not_after:
                break
    return best


def _wanted(certificate: Certificate, by: CertSelection) -> bool:
    """Is it one that a connection policy's ``certificate_selection`` admits?"""
    leaf = certificate.leaf
    if by.serial_number and leaf.serial_number not in map(int, by.serial_number):
        return False
    if by.subject_organization and not _organizations(certificate) & set(by.subject_organization):
        return False
    if by.public_key_algorithm not in (0, certificate.algorithm):
        return False
    tags = set(certificate.tags)
    return not (by.any_tag and tags.isdisjoint(by.any_tag)) and tags.issuperset(by.all_tags)


def _organizations(certificate: Certificate) -> set[str]:
    from cryptography.x509.oid import NameOID

    found = certificate.leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return {str(a.value) for a in found}
