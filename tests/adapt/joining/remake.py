"""Write the answers anew with a real Caddy: ``CADDY=… python -m tests.adapt.joining.remake``."""

import json
import os
import subprocess
import tempfile
from pathlib import Path


def real_answer(caddy: str, text: str) -> str:
    """Ask the real program, in an empty folder and environment."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Caddyfile").write_text(text)
        done = subprocess.run(
            [caddy, "adapt", "--config", "Caddyfile", "--pretty"],
            cwd=folder, env={"HOME": "/home/x"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode == 0:
        return done.stdout.rstrip("\n")
    message: str = json.loads(done.stderr.strip().splitlines()[-1])["msg"]
    return message


def main() -> None:
    """Remake every rule."""
    for path in Path(__file__).parent.glob("*.caddyfiletest"):
        text, dashes, _ = path.read_text().partition("----------\n")
        path.write_text(text + dashes + real_answer(os.environ["CADDY"], text) + "\n")


if __name__ == "__main__":
    main()
