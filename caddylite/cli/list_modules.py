"""``caddylite list-modules``: what a config may name."""

import json
from inspect import getdoc
from pathlib import Path

import click

from caddylite import registry


@click.command()
@click.option("--syntax", is_flag=True, help="Print the Caddyfile syntax of each module")
@click.option("--json", "as_json", is_flag=True, help="Print modules in JSON format")
@click.option("--schema", is_flag=True, help="Print a JSON Schema (2020-12) of the whole config")
@click.argument("prefix", default="")
def command(syntax: bool, as_json: bool, schema: bool, prefix: str) -> None:
    """List the modules, or those whose ID starts with PREFIX."""
    if schema:
        from caddylite.caddy.config import Config
        from caddylite.schema import schema_of

        click.echo(json.dumps(schema_of(Config), indent=2, ensure_ascii=False))
        return
    ids = [i for i in module_ids() if i.startswith(prefix)]
    if as_json:
        click.echo(json.dumps([{"module_name": i} for i in ids]))
        return
    for module_id in ids:
        click.echo(module_id)
        if syntax:
            for line in syntax_of(module_id):
                click.echo(f"    {line}".rstrip())


def module_ids() -> list[str]:
    """Return the ID of every module, found by importing the folders of the registry."""
    import caddylite

    root = Path(caddylite.__file__).parent
    out: set[str] = set()
    for file in root.rglob("*.py"):
        parts = file.relative_to(root).with_suffix("").parts
        if "live" in parts or "@module(" not in file.read_text():
            continue
        *folders, stem = parts
        if stem == "__init__":
            *folders, stem = folders
        name = ".".join(folders) if stem == "config" else ".".join([*folders, stem])
        cls = registry.lookup(name) or registry.lookup(name.removesuffix("_"))
        if cls is not None:
            out.add(str(cls.id))  # type: ignore[attr-defined]
    return sorted(out)


def syntax_of(module_id: str) -> list[str]:
    """Return the lines under ``Syntax::`` in a module's docstring."""
    cls = registry.lookup(module_id)
    doc = (getdoc(cls) or "") if cls else ""
    _, found, after = doc.partition("Syntax::\n")
    if not found:
        return []
    out: list[str] = []
    for line in after.strip("\n").split("\n"):
        if line.strip() and not line.startswith("    "):
            break
        out.append(line[4:])
    while out and not out[-1].strip():
        out.pop()
    return out
