"""Take a training set without the images of one template (or domain), or with all, at a given number of images a class.

Every subset of a study has the same size, so that what differs is the kind of images alone.
"""

from pathlib import Path

from photographs.mixing import lowest_indices
from photographs.photo_set import read_photo_set, write_photo_set
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos", type=Path, required=True, help="generated training images")
    arguments.add_argument("--by", required=True, help="metadata column: template or domain")
    arguments.add_argument("--values", type=json_argument, required=True, help="its values, as a JSON list")
    arguments.add_argument("--without", type=int, help="position of the value to leave out (default: none)")
    arguments.add_argument("--images-per-class", type=int, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    photos = read_photo_set(options.photos)
    if options.by not in photos.metadata:
        raise ValueError(f"template_worth.by is {options.by!r}: the images in {options.photos} do not say theirs")
    if options.without is not None:
        photos = photos.select(photos.metadata[options.by] != options.values[options.without])
    try:
        subset = lowest_indices(photos, options.images_per_class, "generated")
    except ValueError as error:
        raise ValueError(
            f"{error}: lower template_worth.images_per_class or raise images_per_class.synthetic"
        ) from error
    write_photo_set(options.output, subset)


if __name__ == "__main__":
    run(main)
