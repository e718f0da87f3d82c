"""Write ro-crate-metadata.json into a finished study's folder: each file's digest, and what made it (RO-Crate 1.1).

The folder is then a crate that archives take as it is; `--check` compares a crate's files with the digests it names,
and names files that it does not know.
"""

from pathlib import Path
from typing import Any

from data_set_export.licence import model_licence
from data_set_export.photos_manifest import MANIFEST, read_manifest
from data_set_export.study_crate import METADATA, altered_files, describe_study, further_files
from photographs.atomic_files import CorruptFileError, read_json, write_json
from transfer_analysis.summary_file import read_summary
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--results", type=Path, default=Path("results"), help="the finished study's folder")
    arguments.add_argument("--citation", type=Path, default=Path("CITATION.cff"), help="the project's")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail if a file is not as described")
    options = arguments.parse_args()

    metadata = options.results / METADATA
    if options.check:
        description = _description(metadata)
        altered = altered_files(options.results, description)
        further = further_files(options.results, description)
        found = [f"not as {metadata} describes them: {', '.join(altered)}"] if altered else []
        found += [f"not described in {metadata}: {', '.join(further)}"] if further else []
        if found:
            raise ValueError("; ".join(found))
        print(f"Every file is as {metadata} describes it")
        return
    summary = read_summary(options.results / "report" / "summary.json")
    licence = model_licence(read_manifest(options.results / "synthetic_photos" / MANIFEST).generator)
    write_json(metadata, describe_study(options.results, summary, options.citation, licence))
    print(f"Described in {metadata}")


def _description(metadata: Path) -> dict[str, Any]:
    # A file that is cut off is not set aside, as a study's own are: no rule makes it anew.
    try:
        description = read_json(metadata)
    except CorruptFileError as error:
        raise ValueError(f"{error}; `make crate` describes the study anew") from error
    if not isinstance(description.get("@graph"), list):
        raise ValueError(f"{metadata}: no RO-Crate's metadata; `make crate` describes the study anew")
    return description


if __name__ == "__main__":
    run(main)
