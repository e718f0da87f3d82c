"""Pass photographs through the kernel that gives them the generated images' grain (mean power at every frequency).

The kernel is fitted to --fit and --generated, and applied to every set of --photos; labels and indices stay.
"""

import dataclasses
from pathlib import Path

from photographs.photo_set import read_photo_set, write_photo_set
from transfer_analysis.domain_gap.matched_spectrum import apply_filter, fit_filter
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--fit", type=Path, required=True, help="photographs (.npz)")
    arguments.add_argument("--generated", type=Path, required=True, help="generated images (.npz)")
    arguments.add_argument("--photos", type=Path, nargs="+", required=True, help="photo sets to filter (.npz)")
    arguments.add_argument("--output", type=Path, nargs="+", required=True, help="one file for each set (.npz)")
    options = arguments.parse_args()
    if len(options.photos) != len(options.output):
        raise ValueError(f"--photos has {len(options.photos)} files and --output {len(options.output)}: give one a set")

    factors_rc = fit_filter(read_photo_set(options.fit).images_nhwc, read_photo_set(options.generated).images_nhwc)
    for path, output in zip(options.photos, options.output, strict=True):
        photos = read_photo_set(path)
        write_photo_set(output, dataclasses.replace(photos, images_nhwc=apply_filter(photos.images_nhwc, factors_rc)))


if __name__ == "__main__":
    run(main)
