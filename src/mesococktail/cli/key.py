"""``mesococktail key``: a private key to sign with, and the public one that others check with."""

from __future__ import annotations

import click

from mesococktail.cli.shared import example, say


@click.command("key", epilog=example("mesococktail key dr-a.pem --name dr-a"))
@click.argument("path", type=click.Path(readable=False))
@click.option("--name", required=True, metavar="NAME", help="Whose key it is: as in --recorded-by.")
def key_command(path: str, name: str) -> None:
    """Make a key to sign with, or show the public part of the one at PATH.

    Prints the line for a file of public keys. Keep that file where who writes the log cannot change it,
    and give it to "mesococktail verify --keys". The key at PATH stays with its owner.
    """
    from mesococktail.errors import LogExistsError, RecordError
    from mesococktail.log import Signer

    if not name.isprintable() or not name.split() == [name] or name.startswith("#"):
        raise RecordError("must be one word", path="name", got=name)
    try:
        signer = Signer.make(path)
        say(f"made the key of {name}: {path}; sign with --sign {path}")
    except LogExistsError:
        signer = Signer.load(path)
    click.echo(f"{name} {signer.public}")
