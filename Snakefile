"""How far does a CNN trained on generated photographs carry over to real ones, and back?

INPUTS   config.yaml, and any study laid over it with --configfile
OUTPUTS  results/report/report.html, report.pdf for paper, and everything they are made of
"""

import os

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


report: "rules/report_captions/workflow.rst"


# For --sdm apptainer alone: the image that the Dockerfile makes (docs/container.md), under the name of your copy.
container: os.environ.get("STUDY_IMAGE", "fauxtograph.sif")


include: "rules/common.smk"
include: "rules/start_of_run.smk"
include: "rules/common_memory.smk"
include: "rules/common_models.smk"
include: "rules/common_sweeps.smk"
include: "rules/common_downloads.smk"
include: "rules/downloads.smk"
include: "rules/real_photos.smk"
include: "rules/generator.smk"
include: "rules/generated_images.smk"
include: "rules/synthetic_photos.smk"
include: "rules/classifiers.smk"
include: "rules/predictions.smk"
include: "rules/figures.smk"
include: "rules/common_mixtures.smk"
include: "rules/hypotheses.smk"
include: "rules/mixtures.smk"
include: "rules/common_representations.smk"
include: "rules/representations.smk"
include: "rules/trust.smk"
include: "rules/common_report.smk"
include: "rules/report.smk"
include: "rules/export.smk"
include: "rules/generator_quality.smk"
include: "rules/domain_gap.smk"
include: "rules/common_known_answers.smk"
include: "rules/known_answers.smk"
include: "rules/sweeps.smk"
include: "rules/template_worth.smk"
include: "rules/playground.smk"


rule all:
    default_target: True
    input:
        "results/report/report.html",
        "results/report/report.pdf",
        altered_files,
    localrule: True


rule fetch:
    input:
        rules.prepare_downloaded_photos.output,
        rules.prepare_downloaded_models.output,
    localrule: True


rule export:
    input:
        rules.write_image_folder.output,
        rules.write_data_set_card.output,
        rules.write_tfds.output,
    localrule: True


rule generator_quality:
    input:
        "results/report/generator_quality.json",
        expand("results/figures/{figure}.svg", figure=QUALITY_FIGURES),
    localrule: True


rule check_known_answers:
    input:
        "results/report/known_answers.json",
        "results/figures/known_answers.svg",
    localrule: True


rule sweeps:
    input:
        expand("results/figures/sweep_{sweep}.svg", sweep=STUDY.sweeps),
        expand("results/sweeps/{sweep}/choice.json", sweep=STUDY.sweeps),
    localrule: True


rule template_worth:
    input:
        "results/figures/template_worth.svg",
    localrule: True


rule playground:
    input:
        expand("results/playground/{arm}.npz", arm=STUDY.arms),
    localrule: True


onstart:
    refuse_placeholders()
    put_hypotheses_on_record()
    forget_digests(Path.cwd())


onsuccess:
    note_digests(Path.cwd(), is_output_file)


onerror:
    note_digests(Path.cwd(), is_output_file)
    print("A job failed: its last words stand above. Run the same command again to carry on from here.")
