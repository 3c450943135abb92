"""`outreach messages load` and `export`: texts as files, to be carried or kept under version control."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.messages import app
from outreach.cli.office import Here, acting
from outreach.cli.options import As, Out
from outreach.cli.output import Answer, command


@command(app, "load")
def load(
    here: Here,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="默认自带的加上本单位文件夹 · default: those shipped and the site's own",
        ),
    ] = None,
    over: Annotated[
        bool, typer.Option("--over", help="以文件为准 · the files count, whatever was written here")
    ] = False,
    user: As = None,
) -> Answer:
    """装入文稿 · Take texts from files in as versions (all or none); what was written here stays unless --over."""
    from outreach.access import audit
    from outreach.access.roles import Action
    from outreach.messages import service
    from outreach.messages.variants import read_catalogue, read_folder, read_variants

    with here.installation() as office:
        own = office.settings.content_dir
        by = acting(office, user, Action.MESSAGES_EDIT, office.settings.region)
        files = read_variants(own) if folder is None else read_folder(folder, read_catalogue(own))
        with office.store.begin() as connection:
            loaded = service.load(connection, files, over=over, by=by, on=here.today())
            detail = {"move": "load", "added": len(loaded.added), "kept": len(loaded.kept)}
            audit.record(connection, by, Action.MESSAGES_EDIT, "texts", detail)
    data = {
        "files": len(files), "added": [str(place) for place in loaded.added], "new": [str(place) for place in loaded.new],
        "kept": [str(place) for place in loaded.kept], "unchanged": loaded.unchanged,
        "overlay": str(own or ""),
    }  # fmt: skip
    lines = [f"文件 {len(files)} 份：新版本 {len(loaded.added)} 份，没有变的 {loaded.unchanged} 份"]
    lines += [f"  {place}" for place in loaded.added]
    if loaded.kept:
        lines.append("本单位改过，没有动（以文件为准用 --over）：")
        lines += [f"  {place}" for place in loaded.kept]
    return Answer(data, lines)


@command(app, "export")
def export(
    here: Here,
    out: Out,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="只要哪几项 · of policies")
    ] = None,
) -> Answer:
    """写成文件 · Write the newest texts as files, laid out like `templates/`, into an empty folder."""
    from outreach.messages import carrying, service

    with here.installation() as office, office.store.read() as connection:
        texts = service.newest(connection, policy)
    written = carrying.export(texts, out)
    data = {"out": str(out), "texts": [str(text.place) for text in texts]}
    return Answer(data, [f"写了 {len(written)} 份到 {out}"])
