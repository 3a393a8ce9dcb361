"""Which content encodings a client takes, best first (RFC 9110, 12.5.3)."""

from collections.abc import Sequence

from caddylite.http.request import Headers


def accepted_encodings(headers: Headers, preferred: Sequence[str] = ()) -> list[str]:
    """Return the encodings of Accept-Encoding by quality; among equals, the server's order.

    A WebSocket handshake gets none but ``identity``.
    """
    field = headers.get("Accept-Encoding")
    if not field:
        return []
    websocket = bool(headers.get("Sec-Websocket-Key"))
    found: list[tuple[float, int, str]] = []
    for entry in field.split(","):
        name, _, parameters = entry.partition(";")
        name = name.strip().lower()
        quality = _quality(parameters.partition(";")[0].strip())
        if quality < 0.00001 or (websocket and name != "identity"):
            continue
        rank = len(preferred) - preferred.index(name) if name in preferred else -1
        found.append((quality, rank, name))
    found.sort(key=lambda f: (-round(f[0], 5), -f[1]))
    return [name for _, _, name in found]


def _quality(parameter: str) -> float:
    if parameter[:2].lower() != "q=":
        return 1.0
    try:
        quality = float(parameter[2:])
    except ValueError:
        return 1.0
    return quality if 0 <= quality <= 1 else 1.0
