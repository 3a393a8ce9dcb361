"""The certificate that a CA has issued, with what stands above it (RFC 8555, 7.4.2)."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509

from caddylite.tls.acme.account import Account
from caddylite.tls.acme.client import Client
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.automation import ChainPreference
from caddylite.tls.certificate import load_chain

#: How many chains, and how many certificates in one, are looked at.
_MOST_CHAINS, _MOST_CERTIFICATES = 8, 20
_PEM: Final = "application/pem-certificate-chain"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as the CA sends it, and where from."""

    url: str
    pem: bytes
    certificates: tuple[x509.Certificate, ...]


async def download(client: Client, account: Account, url: str) -> list[Chain]:
    """Return a certificate's chain and the alternatives to it."""
    chain, others = await _one(client, account, url)
    chains = [chain]
    for other in others[: _MOST_CHAINS - 1]:
        try:
            chains.append((await _one(client, account, other))[0])
        except ACMEError as e:
            client.world.log.warn(
                "skipping unavailable alternate certificate chain", url=other, error=str(e)
            )
    client.world.log.info(
        "successfully downloaded available certificate chains", count=len(chains), first_url=url
    )
    return chains


async def _one(client: Client, account: Account, url: str) -> tuple[Chain, list[str]]:
    answer = await client.post(account.key, account.location, url)
    if answer.media_type != _PEM:
        raise ACMEError(f"unrecognized Content-Type from server: {answer.media_type[:100]}")
    try:
        certificates = load_chain(answer.body)
    except ValueError as e:
        raise ACMEError(f"the CA's certificate chain: {e}") from None
    if not 0 < len(certificates) <= _MOST_CERTIFICATES:
        raise ACMEError(f"the CA's certificate chain has {len(certificates)} certificates")
    return Chain(url, answer.body, certificates), answer.links("alternate")


def preferred(chains: list[Chain], wanted: ChainPreference | None) -> Chain:
    """Return the chain that is wanted; the first if none is."""
    if wanted is None or len(chains) == 1:
        return chains[0]
    if wanted.smallest is not None:
        chains = sorted(chains, key=lambda c: len(c.pem), reverse=not wanted.smallest)
    for name in wanted.any_common_name:
        for chain in chains:
            if any(_issuer(c) == name for c in chain.certificates):
                return chain
    for name in wanted.root_common_name:
        for chain in chains:
            if _issuer(chain.certificates[-1]) == name:
                return chain
    return chains[0]


def _issuer(certificate: x509.Certificate) -> str:
    found = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""
