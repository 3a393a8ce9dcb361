"""What ``/etc/resolv.conf`` says (resolv.conf(5)), as far as Go heeds it."""

from dataclasses import dataclass

_DEFAULT = ("127.0.0.1",)


@dataclass(frozen=True, slots=True)
class ResolvConf:
    """The name servers, and how names are made whole that are not."""

    servers: tuple[str, ...] = _DEFAULT
    domains: tuple[str, ...] = ()
    dots: int = 1

    @classmethod
    def read(cls, text: str) -> "ResolvConf":
        """Read the file; what is not understood is passed over."""
        servers: list[str] = []
        domains: tuple[str, ...] = ()
        dots = 1
        for line in text.splitlines():
            match line.split():
                case ["nameserver", server, *_]:
                    servers.append(server)
                case ["search" | "domain", *names]:
                    domains = tuple(d for n in names if (d := n.strip(".")))
                case ["options", *options]:
                    for option in options:
                        name, _, value = option.partition(":")
                        if name == "ndots" and value.isdigit():
                            dots = min(int(value), 15)
        return cls(tuple(servers[:3]) or _DEFAULT, domains, dots)

    def names(self, name: str) -> list[str]:
        """Return the whole names to ask for in turn; none ends in a dot."""
        whole = name.rstrip(".")
        if name.endswith("."):
            return [whole]
        longer = [f"{name}.{domain}" for domain in self.domains]
        return [whole, *longer] if name.count(".") >= self.dots else [*longer, whole]
