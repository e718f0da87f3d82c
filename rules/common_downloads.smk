"""What has to be downloaded for a study."""


def generators_to_download():
    """Return the generators that the study and its sweeps draw with, one of each model and its parts."""
    drawn = [STUDY.generator] if STUDY.image_folder is None else []
    drawn += [point.generator for points in SWEEP_POINTS.values() for point in points.values()]
    # What the study trains itself does not come from anywhere; what stands beside it may.
    downloaded = [
        (
            one.model_copy(update={"rejection": None})
            if one.rejection and one.rejection.classifier == TRAINED_REJECTION_FOLDER
            else one
        )
        for one in drawn
    ]
    downloaded = [one for one in downloaded if one.model != TRAINED_GENERATOR_FOLDER or one.tiny_vae or one.rejection]

    def files_of(one):
        rejection = one.rejection and (one.rejection.classifier, one.rejection.revision)
        return one.model, one.revision, one.variant, one.tiny_vae, one.tiny_vae_revision, rejection

    by_model = {files_of(one): one.model_dump(mode="json") for one in downloaded}
    return list(by_model.values())
