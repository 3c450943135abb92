"""Files that a person wrote by hand: YAML and JSON, with a clear word about what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

from outreach.errors import Invalid


def read_yaml(file: Path, code: str = "cli.not_yaml") -> object:
    """The content of a YAML file; Invalid with `code`, the file and the place when it is none."""
    import yaml

    try:
        return yaml.safe_load(file.read_text("utf-8"))
    except (ValueError, yaml.YAMLError) as error:  # a date like 2026-02-30 is a ValueError
        raise Invalid(code, file=file.name, reason=" ".join(str(error).split())) from error


def read_json(file: Path, code: str = "cli.not_json") -> object:
    """The content of a JSON file, in UTF-8 with or without BOM; Invalid otherwise."""
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except ValueError as error:
        raise Invalid(code, file=file.name, reason=error) from error
