"""Freeze what is expected of the study before any network is tested, with the digest of its settings.

Beside the frozen file lies a record, which no run takes back: one line a version of the hypotheses, saying whether any
test result of the study was there already when that version was first seen.
"""

import hashlib
import json
from pathlib import Path

from photographs.atomic_files import write_json, write_text
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--hypotheses", type=json_argument, required=True, help="by name, as JSON")
    arguments.add_argument("--config-sha256", required=True)
    arguments.add_argument("--predictions-folder", type=Path, required=True, help="test results would lie here")
    arguments.add_argument("--record", type=Path, required=True, help="one JSON object a version of the hypotheses")
    arguments.add_argument("--output", type=Path, required=True, help="the frozen hypotheses")
    options = arguments.parse_args()

    digest = hashlib.sha256(json.dumps(options.hypotheses, sort_keys=True).encode()).hexdigest()
    versions = [json.loads(line) for line in options.record.read_text().splitlines()] if options.record.exists() else []
    if not versions or versions[-1]["hypotheses_sha256"] != digest:
        versions.append(
            {
                "hypotheses_sha256": digest,
                "config_sha256": options.config_sha256,
                "after_results": any(options.predictions_folder.rglob("*.npz")),
            }
        )
        write_text(options.record, "".join(json.dumps(version) + "\n" for version in versions))
    write_json(options.output, {"hypotheses": options.hypotheses, "versions": versions})


if __name__ == "__main__":
    run(main)
