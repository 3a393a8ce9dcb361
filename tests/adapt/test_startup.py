"""``adapt`` starts quickly because it imports little; this keeps it so."""

import subprocess
import sys
from pathlib import Path

#: Each of these costs between 2 and 150 ms, where the whole of a small ``adapt`` takes 45.
UNWANTED = {
    "OpenSSL", "click", "cryptography", "dataclasses", "difflib", "h2", "httptools",
    "importlib.metadata", "inspect", "ipaddress", "lark", "logging", "pathlib", "re2", "socket",
    "twisted", "typing_extensions", "urllib.parse",
}  # fmt: skip

CADDYFILE = """\
{
	email someone@example.com
}

example.com {
	root * /srv
	encode gzip
	@api path /api/*
	handle @api {
		reverse_proxy 127.0.0.1:9000
	}
	header X-Site one
	file_server
	log
}

www.example.com {
	redir https://example.com{uri}
}
"""

PROGRAM = """
import sys
sys.argv[1:] = ["adapt", "--config", "Caddyfile"]
from caddylite.cli.main import main
main()
print(*sorted(sys.modules), file=sys.stderr)
"""


def test_a_small_file_needs_few_modules(tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(CADDYFILE)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith('{"apps":{"http":')
    imported = set(done.stderr.splitlines()[-1].split())
    assert not imported & UNWANTED


def test_msgspec_comes_without_typing_extensions_and_others_still_get_it() -> None:
    program = "import caddylite, sys; assert 'typing_extensions' not in sys.modules; import click"
    subprocess.run([sys.executable, "-c", program], check=True)
