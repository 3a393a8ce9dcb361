"""Made-up configs for the rules: a few lines of routes with the rest around them."""


def server(body: str, listen: str = ":443", rest: str = "") -> str:
    """A Caddyfile with one layer4 server."""
    return f"{{\n\tlayer4 {{\n\t\t{listen} {{\n{body}\n\t\t}}\n\t}}\n}}\n{rest}"


def wrapper(
    body: str, rest: str = "site.example {\n\trespond hi\n}\n", around: str = "%s\ntls"
) -> str:
    """A Caddyfile with a layer4 listener wrapper before a site."""
    inner = around % f"layer4 {{\n{body}\n}}"
    return f"{{\n\tservers {{\n\t\tlistener_wrappers {{\n{inner}\n\t\t}}\n\t}}\n}}\n{rest}"


ROUTE = "route {\nproxy 10.0.0.1:99\n}"
A = "route @a {\nproxy 10.0.0.1:99\n}"
SITE = "a.example {\n\trespond hi\n}\n"
LOCAL_SITE = "http://127.0.0.1:8080 {\n\tbind 127.0.0.1\n\trespond hi\n}\n"
PP = "{\nservers {\nlistener_wrappers {\nproxy_protocol {\nallow %s\n}\ntls\n}\n}\n"


def hop(option: str, wrappers: bool, network: str = "") -> str:
    """A layer4 server that passes on to a site in the same file, with a PROXY header or not."""
    head = PP % "127.0.0.1/32" if wrappers else "{\n"
    proxy = f"proxy {{\n{option}\nupstream {network}127.0.0.1:8080\n}}"
    listen = f"{network}:443"
    return f"{head}\tlayer4 {{\n{listen} {{\nroute {{\n{proxy}\n}}\n}}\n\t}}\n}}\n{LOCAL_SITE}"


def two(first: str, second: str) -> str:
    return server(f"@a {first}\n@b {second}\n{A}\nroute @b {{\nproxy 10.0.0.2:99\n}}")


def one(matcher: str, listen: str = ":443") -> str:
    return server(f"@a {matcher}\n{A}", listen)


def dial(text: str, *, matcher: str = "ssh", listen: str = ":443", before: str = "") -> str:
    return server(f"@a {matcher}\nroute @a {{\n{before}\nproxy {text}\n}}", listen, SITE)


#: Two mistakes; the hole is behind the first of them, on its line.
BAD = """{
	layer4 {
		:443 {
			@a tls sni not web.example%s
			@b tls alpn http/2
			route @a {
				proxy 10.0.0.1:443
			}
			route @b {
				echo
			}
		}
	}
}
"""
