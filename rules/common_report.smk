"""What the report is made of, which depends on the study."""

PUBLISHED = "transfer_analysis/published_results.json"


def known_answers_checked():
    """Return whether check_known_answers has been run, and this study can have them: the report shows its outcome."""
    outcome = "results/report/known_answers.json"
    return (
        (Path(outcome).is_file() or outcome in not_yet_anew(Path.cwd()))
        and STUDY.mixtures is not None
        and STUDY.images_per_class.train <= MOST_PHOTOS_WITH_HELD_OUT
    )


def report_parts(wildcards):
    """Return the files besides the summary that the report's numbers come from."""
    parts = ["results/report/mixtures.json"] if STUDY.mixtures else []
    parts += ["results/report/representations.json"] if STUDY.representations else []
    parts += expand("results/report/{part}.json", part=GAP_PARTS)
    parts += ["results/report/trust.json"] if STUDY.trust else []
    parts += ["results/report/hypotheses.json"] if STUDY.hypotheses else []
    parts += ["results/report/known_answers.json"] if known_answers_checked() else []
    return [*parts, PUBLISHED]


def report_figures(wildcards):
    """Return the figures that the report shows."""
    names = [*FIGURES, "published_results"]
    names += [*MIXTURE_FIGURES, *REPRESENTATION_FIGURES, *GAP_FIGURES, *TRUST_FIGURES]
    names += ["known_answers"] if known_answers_checked() else []
    return [f"results/figures/{name}.svg" for name in names]
