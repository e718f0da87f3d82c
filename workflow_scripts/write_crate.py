"""Write ro-crate-metadata.json into a finished study's folder: each file's digest, and what made it (RO-Crate 1.1).

The folder is then a crate that archives take as it is; `--check` compares a crate's files with the digests it names.
"""

from pathlib import Path

from data_set_export.study_crate import METADATA, altered_files, describe_study
from photographs.atomic_files import read_json, write_json
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
        if altered := altered_files(options.results, read_json(metadata)):
            raise ValueError(f"not as {metadata} describes them: {', '.join(altered)}")
        print(f"Every file is as {metadata} describes it")
        return
    summary = read_summary(options.results / "report" / "summary.json")
    write_json(metadata, describe_study(options.results, summary, options.citation))
    print(f"Described in {metadata}")


if __name__ == "__main__":
    run(main)
