"""How much memory jobs ask for that read the generated photographs, of which a study may have millions."""

# As read, as chosen for an arm, and as joined or on the device (150,000 photographs, a file of 512 MB, took 1.7 GB).
COPIES_IN_MEMORY = 3
BYTES_OF_PHOTO = json.loads(Path(workflow.basedir, "workflow_scripts/measured_rates.json").read_text())[
    "bytes_per_image"
]


def memory_with_photos(megabytes, *splits, copies=COPIES_IN_MEMORY):
    """Return mem_mb's function: `megabytes` and the generated photographs of `splits`, and more at each next try.

    From the settings, not from the files' sizes: so a plan names it before there are files, and a group of jobs can be
    planned whose inputs are made within it. The real photographs are CIFAR-10's, 60,000 at most, and part of `megabytes`.
    """
    sizes = split_sizes(STUDY.images_per_class.synthetic)
    photos = len(STUDY.classes) * sum(sizes[split] for split in splits)
    return more_each_try(megabytes + copies * photos * BYTES_OF_PHOTO // 1_000_000)
