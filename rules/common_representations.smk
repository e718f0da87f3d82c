"""What the rules of representations share: small functions named for what they return."""

TRANSPLANT = STUDY.representations.transplant if STUDY.representations else None
TRANSPLANT_SEEDS = range(min(TRANSPLANT.seeds, STUDY.seeds) if TRANSPLANT else 0)
TRANSPLANT_IMAGES = TRANSPLANT.images_per_class(STUDY.images_per_class.train) if TRANSPLANT else 0
# The arms whose networks are compared, and the test domains on which they are: those at home on one kind of images.
COMPARED = ("real", "synthetic")


def transplant_training():
    """Return how networks over frozen blocks are trained: as the arms', shorter, and measured at the end alone."""
    steps = TRANSPLANT.steps if TRANSPLANT else STUDY.training.steps
    return STUDY.training.model_copy(update={"steps": steps, "evaluations": 1})


def named_donors(wildcards, input):
    """Return ARM=CHECKPOINT for the networks that give their lower blocks."""
    return [f"{arm}={input[f'{arm}_donor']}" for arm in COMPARED]
