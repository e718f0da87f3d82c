"""Write the JSON schema of config.yaml, which editors use to complete and check it."""

from pathlib import Path

from photographs.atomic_files import write_json
from workflow_scripts.command import parser, run
from workflow_scripts.config import Study

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "config.schema.json"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--output", type=Path, default=SCHEMA)
    write_json(arguments.parse_args().output, Study.model_json_schema())


if __name__ == "__main__":
    run(main)
