"""What the rules of sweeps and of template worth share: small functions named for what they return."""

from workflow_scripts.model_folders import check_models


def sweep_plan(wildcards):
    """Return what a sweep is, as JSON."""
    points = [
        {
            "name": point.name,
            "label": point.label,
            "settings": point.settings,
            "generator": point.generator.model_dump(mode="json"),
            "is_study": point.generator == STUDY.generator,
        }
        for point in SWEEP_POINTS[wildcards.sweep].values()
    ]
    plan = {
        "keys": list(STUDY.sweeps[wildcards.sweep]),
        "classes": STUDY.classes,
        "train_images_per_class": SWEEP_SPLITS["train"],
        "training_steps": STUDY.sweep_training().steps,
        "points": points,
    }
    return as_json(plan)(wildcards)


def files_of_sweeps_models(wildcards):
    """Return the files of every model that the sweep draws with; end the run if one cannot draw the study's classes."""
    generators = STUDY.sweep_generators(wildcards.sweep)
    if workflow.is_main_process and STUDY.image_folder is not None:
        refuse_undrawable(generators)
    return files_of_generators([generator for _, generator in generators])


def shipped_models_of_sweep(wildcards):
    """Return a digest of the models that ship and the sweep draws with."""
    return shipped_models_digest([generator for _, generator in STUDY.sweep_generators(wildcards.sweep)])


def refuse_undrawable(generators):
    """End the run if one of the generators, each after where it stands, has no model or no words for the classes."""
    try:
        check_models(generators, STUDY.classes)
        check_subjects(generators, STUDY.classes)
    except ConfigError as error:
        sys.exit(f"error: {error}")


def generator_of_drawing(wildcards):
    """Return the generator settings of a drawing."""
    points = SWEEP_POINTS[wildcards.sweep].values()
    return next(drawing_config(point) for point in points if point.drawing == wildcards.drawing)


def drawn_with(wildcards):
    """Return the generator settings of a drawing, as JSON."""
    return as_json(generator_of_drawing(wildcards))(wildcards)


def gpus_to_settle_drawing(wildcards):
    """Return how many GPUs prepare_sweep_generator needs for a drawing."""
    return gpus_to_settle(generator_of_drawing(wildcards))


def drawing_of_point(wildcards):
    """Return the folder of what is drawn for a point, which points that differ in their resampling share."""
    return f"results/sweeps/{wildcards.sweep}/{SWEEP_POINTS[wildcards.sweep][wildcards.point].drawing}"


def generator_of_point(wildcards):
    """Return the manifest of what a point's images are drawn with."""
    return f"{drawing_of_point(wildcards)}/generator.json"


def shards_of_point(wildcards):
    """Return the shards that hold a point's images."""
    return all_shards(f"{drawing_of_point(wildcards)}/images", STUDY.sweep_size.images_per_class)


def kernel_of_point(wildcards):
    """Return the kernel that is still to be applied to a point's shards: none, unless the sweep varies it."""
    point = SWEEP_POINTS[wildcards.sweep][wildcards.point]
    return point.settings.get("resampling", "none")


def predictions_of_sweep(wildcards):
    """Return the predictions of every point and seed."""
    return [
        f"results/sweeps/{wildcards.sweep}/{point}/seed_{seed}/{VALIDATION}.npz"
        for point in SWEEP_POINTS[wildcards.sweep]
        for seed in range(STUDY.sweep_size.seeds)
    ]


def manifests_of_sweep(wildcards):
    """Return what every point's images are."""
    return [f"results/sweeps/{wildcards.sweep}/{point}/photos/manifest.json" for point in SWEEP_POINTS[wildcards.sweep]]


def left_out(wildcards):
    """Return the option that names the value to leave out of a subset, if any."""
    return f"--without {wildcards.subset.removeprefix('without_')}" if wildcards.subset != "all" else ""


def predictions_of_template_worth(wildcards):
    """Return the predictions of networks trained with everything and without each value; end the run if there is one."""
    by, n_values = STUDY.template_worth.by, len(STUDY.prompt_parts())
    if n_values < 2:
        sys.exit(
            f"error: config: template_worth.by is {by!r}: the prompts have only one; "
            f"list two or more in generator.prompts.{by}s"
        )
    images, available = STUDY.template_worth_images(), split_sizes(STUDY.images_per_class.synthetic)["train"]
    if not 1 <= images <= available:
        sys.exit(
            f"error: config: template_worth.images_per_class is {images}, of {available} generated training images a class "
            f"with {n_values} {by}s: name from 1 to {available}, or raise images_per_class.synthetic"
        )
    return [
        f"results/template_worth/{subset}/seed_{seed}/{VALIDATION}.npz"
        for subset in ("all", *(f"without_{number}" for number in range(n_values)))
        for seed in range(STUDY.template_worth.seeds)
    ]
