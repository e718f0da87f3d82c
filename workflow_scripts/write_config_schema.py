"""Write the JSON schemas of config.yaml and of studies laid over it, which editors use to complete and check them."""

from pathlib import Path
from typing import Any

from photographs.atomic_files import write_json
from workflow_scripts.command import parser, run
from workflow_scripts.config import REMOVABLE_ENTRIES, Study

_DOCS = Path(__file__).resolve().parent.parent / "docs"
CONFIG_SCHEMA, STUDY_SCHEMA = _DOCS / "config.schema.json", _DOCS / "study.schema.json"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--config-schema", type=Path, default=CONFIG_SCHEMA)
    arguments.add_argument("--study-schema", type=Path, default=STUDY_SCHEMA)
    options = arguments.parse_args()
    write_json(options.config_schema, config_schema())
    write_json(options.study_schema, study_schema())


def config_schema() -> dict[str, Any]:
    """Return the schema of all settings; entries that can be taken away may be null."""
    schema = Study.model_json_schema()
    for name in REMOVABLE_ENTRIES:
        entries = schema["properties"][name]
        entries["additionalProperties"] = {"anyOf": [entries["additionalProperties"], {"type": "null"}]}
    return schema


def study_schema() -> dict[str, Any]:
    """Return the schema of some settings: whatever a study leaves out stands in what it is laid over."""
    schema = config_schema()
    for settings in (schema, *schema["$defs"].values()):
        settings.pop("required", None)
    return schema


if __name__ == "__main__":
    run(main)
