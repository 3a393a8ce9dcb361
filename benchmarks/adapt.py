"""Whole-process ``adapt``, CPU time, beside the real Caddy's in the same run."""

import tempfile
from pathlib import Path

from benchmarks.measure import caddylite, cpu_of, median, table, tool

SITE = """
site{n}.example.com {{
	root /srv/{n}
	encode gzip
	@api path /api/*
	handle @api {{
		reverse_proxy 127.0.0.1:{port} 10.0.0.{low}:8080
	}}
	handle {{
		file_server
	}}
	header X-Site {n}
	log {{
		output file /var/log/{n}.log
	}}
}}
"""


def config(sites: int) -> str:
    """Return a Caddyfile of so many sites, of the kind people have."""
    return "".join(SITE.format(n=n, port=9000 + n % 1000, low=n % 250) for n in range(sites))


def main() -> None:
    """Print CPU milliseconds and the ratio, for small and large files."""
    peer = tool("caddy", "CADDY")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for sites, rounds in ((1, 15), (100, 7), (1_000, 5), (10_000, 1)):
            path = Path(folder, f"{sites}.Caddyfile")
            path.write_text(config(sites))
            flags = ["adapt", "--config", str(path), "--adapter", "caddyfile"]
            ours = median(lambda f=flags: cpu_of([*caddylite(), *f]), rounds)
            if peer is None:
                rows.append((sites, f"{ours * 1e3:.0f}", "no caddy here", "-"))
                continue
            theirs = median(lambda f=flags: cpu_of([peer, *f]), rounds)
            rows.append(
                (sites, f"{ours * 1e3:.0f}", f"{theirs * 1e3:.0f}", f"{ours / theirs:.2f}")
            )
    table(("sites", "caddylite, ms CPU", "caddy, ms CPU", "ratio"), rows)


if __name__ == "__main__":
    main()
