"""Run the benchmarks named on the command line, or all of them."""

import sys
from importlib import import_module
from pathlib import Path

HELPERS = ("__init__", "__main__", "measure")


def main() -> None:
    """Import each benchmark and print its table."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in HELPERS)
    for name in sys.argv[1:] or names:
        print(f"\n## {name}\n", flush=True)
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
