"""Show the prompts of a class's first images, without drawing any.

Reads config.yaml, or a study laid over it, and prints one line an image: its index and its prompt, the very words that
the study's image of that index is drawn from. With --set, another prompt set takes the study's prompts' place.
"""

from text_to_image.prompts import prompt_for
from workflow_scripts.command import parser, require_at_least, run
from workflow_scripts.study_files import add_study_arguments, read_classes, read_generator


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--class-name", required=True)
    arguments.add_argument("--count", type=int, default=10, help="how many prompts (default: 10)")
    arguments.add_argument("--first", type=int, default=0, help="index of the first image (default: 0)")
    arguments.add_argument("--set", help="a prompt set by its name, or the path of a file")
    add_study_arguments(arguments)
    options = arguments.parse_args()
    require_at_least("--count", options.count, 1)
    require_at_least("--first", options.first, 0)
    files = [options.config, *options.study]
    if options.class_name not in (classes := read_classes(files)):
        raise ValueError(f"--class-name is {options.class_name!r}; the study's classes are {', '.join(classes)}")

    changes = {} if options.set is None else {"prompts": {"set": options.set}}
    generator = read_generator(files, **changes)
    for index in range(options.first, options.first + options.count):
        print(f"{index}\t{prompt_for(generator.prompts, generator.seed, options.class_name, index).text}")
    if generator.prompts.negative is not None:
        print(f"negative\t{generator.prompts.negative}")


if __name__ == "__main__":
    run(main)
