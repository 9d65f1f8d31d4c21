"""`embedkit cache`: what is kept of the texts that were read, and how to let it go."""

from __future__ import annotations

import click

from ._options import json_option


@click.command()
@click.option("--clear", is_flag=True, help="remove every entry")
@json_option
def command(clear, as_json):
    """List the encoded texts that are kept for the next run, the last used first; or clear them.

    $EMBEDKIT_CACHE names another folder, $EMBEDKIT_CACHE_SIZE caps it (default 4G; 0 turns it off).
    """
    import json
    import time

    from ..text import cache
    from ._out import Out

    if clear:
        click.echo(f"{cache.clear()} entries removed from {cache.folder()}", err=True)
        return
    with Out(as_json) as out:
        for entry in cache.entries():
            used = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.used))
            inputs = " ".join(json.loads(entry.metadata.get("inputs", '["(damaged)"]')))
            out.row(file=entry.path, bytes=entry.size, used=used, inputs=inputs)
