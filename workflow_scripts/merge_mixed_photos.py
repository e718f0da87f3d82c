"""Write a test set that is part real, part generated: as many photographs as both kinds can give at this share."""

from pathlib import Path

from photographs.mixing import largest_mix_size, mix
from photographs.photo_set import read_photo_set, write_photo_set
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--real", type=Path, required=True)
    arguments.add_argument("--synthetic", type=Path, required=True)
    arguments.add_argument("--synthetic-share", type=float, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    real, synthetic = read_photo_set(options.real), read_photo_set(options.synthetic)
    size = largest_mix_size(real, synthetic, options.synthetic_share)
    write_photo_set(options.output, mix(real, synthetic, options.synthetic_share, size))


if __name__ == "__main__":
    run(main)
