"""Write a prompt set that names the colours of photographs as often as they show them: prompt_sets/colours.yaml."""

from pathlib import Path

import yaml

from photographs.atomic_files import write_text
from photographs.photo_set import read_photo_set
from text_to_image.embedded_generator.colour_prompts import colour_phrases
from text_to_image.prompt_settings import Prompts
from workflow_scripts.command import parser, require_at_least, run

_HEADING = """\
# A class in the colours that photographs show it in, before what they show, each phrase as often as its colours are
# seen. Counted, for a study's classes, by
#   python -m workflow_scripts.write_colour_prompts --photos results/real_photos/train.npz --output FILE
"""


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos", type=Path, required=True, help="photo set of the train split")
    arguments.add_argument(
        "--called",
        default="CIFAR-10's training photographs",
        help="what a report calls these photographs (default: %(default)s)",
    )
    arguments.add_argument("--phrases", type=int, default=120, help="for each class (default: 120)")
    arguments.add_argument("--output", type=Path, required=True, help="the prompt set, YAML")
    options = arguments.parse_args()
    require_at_least("--phrases", options.phrases, 1)
    photographs = read_photo_set(options.photos)
    prompts = {
        "counted_among": options.called,
        "templates": ["{a_domain} of {a_class}"],
        "domains": ["photo"],
        "class_words": {
            name: colour_phrases(name, photographs.images_nhwc[photographs.labels == label], options.phrases)
            for label, name in enumerate(photographs.classes)
        },
    }
    Prompts.model_validate(prompts)  # a study has to be able to read it
    write_text(options.output, _HEADING + yaml.safe_dump(prompts, width=118, default_flow_style=None, sort_keys=False))


if __name__ == "__main__":
    run(main)
