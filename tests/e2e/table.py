"""The README's table of what proves each layer-4 module; ``python -m tests.e2e.table`` writes it.

Each test file here says in ``PROVES`` which modules it proves, by which real program.
"""

import ast
from pathlib import Path

from caddylite.cli.list_modules import module_ids

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- proven with: made by tests/e2e/table.py -->", "<!-- end of the table -->"
ROOMS = ("layer4.matchers", "layer4.handlers")


def modules() -> list[str]:
    """Return the modules that must be proven, as they stand in the registry."""
    return [m for m in module_ids() if m.rpartition(".")[0] in ROOMS]


def proofs() -> dict[str, list[tuple[str, str]]]:
    """Return the programs and files by module; the files are read, not imported."""
    out: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(HERE.glob("test_*.py")):
        for statement in ast.parse(file.read_text()).body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "PROVES":
                for module, program in ast.literal_eval(statement.value).items():
                    out.setdefault(module, []).append((program, file.name))
    return out


def table() -> str:
    """Make the table."""
    found = proofs()
    lines = ["| module | proven with | in `tests/e2e/` |", "|---|---|---|"]
    for module in modules():
        said = found.get(module, [("nothing", "")])
        programs = "; ".join(program for program, _ in said)
        files = ", ".join(dict.fromkeys(f"`{file}`" for _, file in said))
        kind, _, name = module.removeprefix("layer4.").partition(".")
        lines.append(f"| {kind.removesuffix('s')} `{name}` | {programs} | {files} |")
    return "\n".join(lines)


def written(text: str) -> str:
    """Return the README with the table as it must be."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the README lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
