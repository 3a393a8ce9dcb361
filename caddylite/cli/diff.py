"""``caddylite diff``: which clients a new config sends elsewhere."""

import sys
from typing import Any

import click


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON")
@click.option("--all", "every", is_flag=True, help="Print every class, not one a change")
def command(old: str, new: str, as_json: bool, every: bool) -> None:
    """Compare the configs OLD and NEW: classes of clients whose backend changes, with a witness.

    The classes are made of the names, protocols, addresses and paths that occur in either file,
    and "anything else". Exit status 1 if something changes.
    """
    from caddylite.testing.diffing import compare, joined
    from caddylite.testing.lab import Lab

    changes = list(compare(Lab.from_file(old), Lab.from_file(new)))
    if as_json:
        import json

        click.echo(json.dumps([_plain(c) for c in changes], indent=2, ensure_ascii=False))
    elif not changes:
        click.echo("no client gets anything else")
    else:
        for address, before, after, found in joined(changes):
            click.echo(f"{address}  {before}  ->  {after}")
            shown = found if every else found[:1]
            for change in shown:
                click.echo(f"    {change.candidate.label}    [{change.candidate.words}]")
            if len(found) > len(shown):
                click.echo(f"    and {len(found) - len(shown)} more classes (--all shows them)")
    if changes:
        sys.exit(1)


def _plain(change: Any) -> dict[str, Any]:
    before, after = change.words
    return {
        "listener": change.address,
        "old": before,
        "new": after,
        "class": change.candidate.label,
        "witness": change.candidate.words,
    }
