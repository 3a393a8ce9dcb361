"""What the slots of the syntax tables (``syntax.py``) may hold."""

from collections.abc import Callable
from random import Random

WORDS: dict[str, tuple[str, ...]] = {
    "host": (
        "example.com", "www.example.com", "*.example.com", "a.b.example.com", "foo.localhost",
        "localhost", "example.net", "sub.example.org", "x.internal", "10.0.0.1", "[::1]", "*",
        "example.local", "*.*.example.com", "{env.HOST}.example.com", "machine.tail.ts.net",
        "EXAMPLE.com", "xn--bcher-kva.example", "1.2.3.4", "*.b.example.com", "deep.a.b.example.com",
    ),
    "port": ("80", "443", "8080", "8443", "2015", "9000", "http", "65536", "0"),
    "goodport": ("8080", "8443", "2015", "9000", "5000"),
    "int": ("0", "1", "3", "10", "512", "-1", "x", "1024", "08", "1_000"),
    "num": ("1", "2", "3", "5", "10", "100"),
    "dur": ("5s", "10m", "1h", "1d", "500ms", "1h30m", "0", "2.5s", "5", "forever", "720h", "-1s"),
    "gooddur": ("5s", "10m", "1h", "1d", "500ms", "1h30m"),
    "size": ("1MB", "10kb", "512", "4KiB", "1.5GB", "big", "0", "100 MB"),
    "word": ("foo", "bar", "baz", "x-y", "a_b", "Üml", "a.b", "12", "on", "off"),
    "text": (
        '"hello world"', "hello", '"a \\"quoted\\" word"', "`back tick`", "{uri}", '"{path}?{query}"',
        "<b>&amp;</b>", '""', "http.vars.x", "{http.request.uri.path}", '"multi\nline"', "日本",
        "{re.name.1}", "{header.X-Foo}", "{vars.x}", "{$HOME}", "{$UNSET:default}", "'single'",
    ),
    "status": ("200", "404", "301", "503", "abc", "permanent", "temporary", "html", "{err.code}"),
    "code": ("200", "404", "500", "4xx", "5xx", "301", "2x", "999"),
    "path": ("/api/*", "/", "/foo", "/foo/*", "*.php", "/a/b/c", "/foo*", "*/bar", "/{x}", "/B/*"),
    "file": ("/srv/www", "index.html", "/var/log/x.log", "./a.pem", "/etc/key.pem", "{path}", "C:\\x"),
    "url": (
        "https://ca.example.com/dir", "http://localhost:9000/ask", "https://example.com{uri}",
        "https://example.com", "ftp://x/y", "//x",
    ),
    "upstream": (
        "localhost:8080", "127.0.0.1:9000", "10.0.0.1:80", "https://up.example.com", "h2c://a:1",
        "unix//run/app.sock", "[::1]:9000", "http://b:81", "app:3000", "{env.UP}", "srv+http://x",
        "a.example.com", ":9000", "127.0.0.1:9000-9002", "https://x:80", "http://x/path", "unix+h2c//s",
        "tcp/localhost:5", "udp/x:1",
    ),
    "header": ("X-Foo", "+X-Add", "-X-Del", "?X-Default", ">X-Defer", "-Server", "X-*", "Host", "+x"),
    "field": ("X-Foo", "Host", "User-Agent", "Cookie", "!X-No", "Accept*"),
    "ip": ("127.0.0.1", "10.0.0.0/8", "::1", "192.168.1.1", "private_ranges", "2001:db8::/32", "300.1.1.1"),
    "bind": ("127.0.0.1", "0.0.0.0", "[::1]", "::1", "unix//run/c.sock", "tcp4/127.0.0.1", "10.0.0.1",
             "udp/1.1.1.1", "fd/3", "localhost", "{env.BIND}"),
    "proto": ("h1", "h2", "h3", "h2c", "h4"),
    "method": ("GET", "POST", "put", "DELETE"),
    "re": ("^/foo(.*)$", "[a-z]+", "(\\d+)", "(", ".*\\.php$", "^/(?P<n>x)"),
    "email": ("a@example.com", "admin@example.org", "{env.EMAIL}"),
    "name": ("main", "x", "admin", "one", "two"),
    "tlsver": ("tls1.2", "tls1.3", "tls1.0", "ssl3"),
    "cipher": ("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "NOPE"),
    "curve": ("x25519", "secp256r1", "secp384r1", "x25519mlkem768", "bad"),
    "keytype": ("rsa2048", "p256", "ed25519", "rsa1"),
    "authmode": ("request", "require", "verify_if_given", "require_and_verify", "nope"),
    "level": ("DEBUG", "INFO", "ERROR", "warn"),
    "cel": (
        "`{http.request.method} == 'GET'`", "\"path('/x')\"", "`header({'X': 'y'})`", "{path}.startsWith('/a')",
        "`{http.error.status_code} in [404, 500]`", "file()",
    ),
    "kv": ("a=b", "q=*", "x=", "=y", "a", "sort=asc", "a=b&c=d"),
    "lb": (
        "random", "round_robin", "least_conn", "first", "ip_hash", "client_ip_hash", "uri_hash",
        "header X-Up", "cookie lb", "cookie lb secret", "query q", "random_choose 2",
        "weighted_round_robin 1 2", "nope", "header", "random_choose x",
    ),
    "hash": ("$2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG", "JDJh", "plain"),
    "ratio": ("0.5", "0.33", "1", "0", "x", "1.5"),
}  # fmt: skip


def filled(line: str, rng: Random, special: dict[str, Callable[[], str]]) -> str:
    """Fill the slots (``<slot>``; ``<slot?>`` may be left out, ``<slot+>`` stands for several)."""
    out = []
    for word in line.split(" "):
        if not (word.startswith("<") and word.endswith(">")):
            out.append(word)
            continue
        name, count = word[1:-1], 1
        if name.endswith("?"):
            name, count = name[:-1], int(rng.random() < 0.5)
        elif name.endswith("+"):
            name, count = name[:-1], rng.choice((1, 1, 1, 2, 3))
        for _ in range(count):
            choose = special.get(name)
            out.append(choose() if choose else rng.choice(WORDS[name]))
    return " ".join(w for w in out if w)


# ruff: noqa: E501
