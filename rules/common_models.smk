"""Which files the generators' models are: small functions named for what they return."""

from text_to_image.model_names import is_folder
from workflow_scripts.model_folders import TRAINED_GENERATOR_FOLDER, TRAINED_REJECTION_FOLDER


def model_files(wildcards):
    """Return what the generator's manifest is made from, but for what ships."""
    if STUDY.image_folder is not None:
        return files_in(STUDY.image_folder.folder)
    return files_of_generators([STUDY.generator])


def shipped_models(wildcards):
    """Return a digest of what ships and the generator's manifest is made from."""
    return shipped_models_digest([STUDY.generator] if STUDY.image_folder is None else [])


def files_in(folder):
    """Return all files of a folder, in order."""
    return [str(path) for path in sorted(Path(folder).rglob("*")) if path.is_file()]


def files_of_generators(generators):
    """Return the files of the generators' models, but for those that ship: `shipped_models_digest` knows these."""
    return [file for model in models_of(generators) if not ships(model) for file in files_of_model(model)]


def shipped_models_digest(generators):
    """Return a digest of those of the generators' models that ship with the project.

    A clone and an image give their files new times, and they are too large for Snakemake to look at more than that.
    """
    return sources_digest(*(file for model in models_of(generators) if ships(model) for file in files_of_model(model)))


def models_of(generators):
    """Return the generators' models and what stands beside them: tiny decoders, classifiers."""
    models = {
        model
        for one in generators
        for model in (one.model, one.tiny_vae, one.rejection and one.rejection.classifier)
        if model is not None
    }
    return sorted(models)


def ships(model):
    """Return whether a model comes with the project."""
    return Path(model).parts[0] == "models"


def files_of_model(model):
    """Return a model's files: the folder's but its card, the folder itself where the study trains it, or none (hub)."""
    if not is_folder(model):
        return []
    if model in (TRAINED_GENERATOR_FOLDER, TRAINED_REJECTION_FOLDER):
        return [model]
    return [file for file in files_in(model) if not file.endswith(".md")]
