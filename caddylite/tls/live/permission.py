"""Asking whether a name may have a certificate (``on_demand``)."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.placeholders import PlaceholderError, replace_or_err
from caddylite.tls.acme.errors import ACMEError
from caddylite.tls.automation import OnDemand
from caddylite.tls.live.acme.office import Office
from caddylite.tls.permission.http import HTTPPermission

#: Seconds that whoever is asked has for an answer.
_SECONDS = 10.0


class Denied(Exception):
    """A name may not have a certificate; or nobody could say."""


class Permission:
    """Asks the endpoint of a config. ConfigError if there is one that cannot be asked."""

    def __init__(self, ir: OnDemand, house: House) -> None:
        asked = ir.permission
        if asked is not None and not isinstance(asked, HTTPPermission):
            raise ConfigError(f"the permission module '{asked.name}' is not built yet")
        self._endpoint = asked.endpoint if asked is not None else ir.ask
        self._house, self._log = house, house.logger("tls.permission.http")
        self._fetch = Office.of(house).fetcher(house, plain=True, seconds=_SECONDS, redirects=0)

    async def check(self, name: str, remote: str) -> None:
        """Return if a name may have a certificate; else Denied."""
        try:
            endpoint = replace_or_err(self._endpoint, self._house.globals, True, True)
        except PlaceholderError as e:
            raise Denied(f"preparing 'ask' endpoint: {e}") from None
        url = with_domain(endpoint, name)
        self._log.debug("asking permission endpoint", remote=remote, domain=name, url=url)
        try:
            answer = await self._fetch("GET", url)
        except ACMEError as e:
            why = (
                f"checking {endpoint} to determine if certificate for hostname '{name}' "
                f"should be allowed: {e}"
            )
            self._house.logger("tls").error(
                "failed to get permission for on-demand certificate", domain=name, error=why
            )
            raise Denied(why) from None
        self._log.debug(
            "response from permission endpoint",
            remote=remote,
            domain=name,
            url=url,
            status=answer.status,
        )
        if not 200 <= answer.status < 300:
            raise Denied(
                f"{name}: certificate not allowed by permission module {endpoint} - "
                f"non-2xx status code {answer.status}"
            )


def with_domain(endpoint: str, name: str) -> str:
    """Add ``domain=NAME`` to a URL's query, sorted as Go sorts it."""
    url = urlsplit(endpoint)
    pairs = [p for p in parse_qsl(url.query, keep_blank_values=True) if p[0] != "domain"]
    query = urlencode(sorted([*pairs, ("domain", name)], key=lambda p: p[0]))
    return urlunsplit((url.scheme, url.netloc, url.path, query, ""))
