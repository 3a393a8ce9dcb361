"""The order of the sites of a server: the more specific first, since the first match is taken."""

from caddylite.adapt.sites import SitePart


def sort_parts(parts: list[SitePart]) -> None:
    """Sort in place: longer hosts first, wildcards behind, sites for all hosts last."""
    parts.sort(key=_rank)


def _rank(part: SitePart) -> tuple[int, ...]:
    host, path, wildcard = "", "", False
    host_length = path_length = 0
    for address in part.addresses:
        wildcard = wildcard or not address.host or "*" in address.host
        if (length := specificity(address.host)) > host_length:
            host, host_length = address.host, length
        if address.path and (length := specificity(address.path)) > path_length:
            path, path_length = address.path, length
    if not host:
        return (1,)
    return 0, wildcard, -host_length, -len(path.encode(errors="surrogateescape"))


def specificity(text: str) -> int:
    """Return the length without wildcards and placeholders."""
    if text.isascii() and "*" not in text and "{" not in text:
        return len(text)
    length = len(text.encode(errors="surrogateescape")) - text.count("*")
    while (start := text.find("{")) >= 0:
        end = text.find("}", start)
        if end < 0:
            break
        length -= len(text[start : end + 1].encode(errors="surrogateescape"))
        text = text[end + 1 :]
    return length
