"""What the rules of mixtures share: small functions named for what they return."""

MIXTURE_POINTS = STUDY.mixture_points()
# The arms among them are trained already.
FURTHER_POINTS = [name for name, point in MIXTURE_POINTS.items() if point.arm is None]
MIXTURE_SEEDS = range(STUDY.mixtures.seeds if STUDY.mixtures else 0)


wildcard_constraints:
    mixture="|".join(FURTHER_POINTS) or "none",


def share_of_mixture(wildcards):
    """Return the share of generated photographs in a mixture."""
    point = MIXTURE_POINTS[wildcards.mixture]
    return point.synthetic / point.total


def real_photos_of_mixture(wildcards):
    """Return the real photographs that a mixture's network trains on."""
    return photos_to_train_on("real", 1 - share_of_mixture(wildcards))


def synthetic_photos_of_mixture(wildcards):
    """Return the generated photographs that a mixture's network trains on."""
    return photos_to_train_on("synthetic", share_of_mixture(wildcards))


def size_of_mixture(wildcards):
    """Return how many photographs of each class a mixture has."""
    return MIXTURE_POINTS[wildcards.mixture].total


def folder_of_point(point):
    """Return the folder in which a training set's predictions lie, by its name there."""
    return ("results/predictions", point.arm) if point.arm else ("results/mixtures", point.name)


def predictions_of_mixtures(wildcards):
    """Return what all training sets' networks said of the real test photographs."""
    folders = ["/".join(folder_of_point(point)) for point in MIXTURE_POINTS.values()]
    return [f"{folder}/seed_{seed}/real.npz" for folder in folders for seed in MIXTURE_SEEDS]


def mixture_plan():
    """Return the training sets and where their predictions lie."""
    plan = []
    for point in MIXTURE_POINTS.values():
        folder, name = folder_of_point(point)
        plan.append({"name": name, "folder": folder, "real": point.real, "synthetic": point.synthetic})
    return plan
