"""What tells generated images from photographs: probes, low-level controls, features without what tells them.

Probes are fitted to validation photographs and to generated images of the train part, which the arm "real" learned
from neither of; test images of both kinds judge them.

INPUTS   results/{real,synthetic}_photos/*.npz, results/generator_quality/features/seed_{seed_index}/*/*.npz
OUTPUTS  results/filtered_photos/{val,test}.npz; results/report/domain_gap.json, tables/{table}.csv;
         results/figures/{real_or_generated,directions_removed}.svg
"""

QUALITY_FIGURES = ("generator_quality", "near_copies")
# What the report takes from here and from generator_quality.smk, where the config asks for it.
GAP_PARTS = ("generator_quality", "domain_gap") if STUDY.domain_gap else ()
GAP_FIGURES = ("real_or_generated", "directions_removed", *QUALITY_FIGURES) if STUDY.domain_gap else ()
GAP_TABLES = ("real_or_generated", "directions_removed", "prototypes")


rule prepare_filtered_photos:
    input:
        real=expand("results/real_photos/{split}.npz", split=("val", "test")),
        generated="results/synthetic_photos/train.npz",
        code=command_sources("prepare_filtered_photos", "transfer_analysis/domain_gap"),
    output:
        photos=expand("results/filtered_photos/{split}.npz", split=("val", "test")),
    log:
        "logs/filtered_photos.log",
    benchmark:
        "benchmarks/results/filtered_photos.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        # Its spectra are of float64, eight bytes for each of an image's.
        mem_mb=memory_with_photos(4000, "train", copies=15),
        runtime=more_each_try(30),
    shell:
        "python -m workflow_scripts.prepare_filtered_photos"
        " --fit {input.real[0]:q}"
        " --generated {input.generated:q}"
        " --photos {input.real:q}"
        " --output {output.photos:q}"
        " 2>&1 | tee {log:q}"


rule analyse_domain_gap:
    input:
        real=expand("results/real_photos/{split}.npz", split=("val", "test")),
        filtered=expand("results/filtered_photos/{split}.npz", split=("val", "test")),
        generated=expand("results/synthetic_photos/{split}.npz", split=("train", "test")),
        features=expand(
            "results/generator_quality/features/seed_{seed_index}/{photos}.npz",
            seed_index=range(STUDY.seeds),
            photos=SEEN_PHOTOS,
        ),
        code=command_sources("analyse_domain_gap", "transfer_analysis"),
    output:
        gap="results/report/domain_gap.json",
        tables=expand("results/report/tables/{table}.csv", table=GAP_TABLES),
    log:
        "logs/report/domain_gap.log",
    benchmark:
        "benchmarks/results/report/domain_gap.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(4000, "train", "test"),
        runtime=60,
    params:
        settings=as_json(STUDY.domain_gap),
        networks=STUDY.seeds,
        seed=STUDY.seed,
    shell:
        "python -m workflow_scripts.analyse_domain_gap"
        " --settings {params.settings:q}"
        " --real {input.real:q}"
        " --filtered {input.filtered:q}"
        " --generated {input.generated:q}"
        " --features results/generator_quality/features"
        " --networks {params.networks}"
        " --seed {params.seed}"
        " --output {output.gap:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


use rule plot_generator_quality as plot_real_or_generated with:
    input:
        parts="results/report/domain_gap.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/real_or_generated.svg",
            caption="report_captions/real_or_generated.rst",
            category="Domain gap",
            labels={"figure": "real or generated"},
        ),
    log:
        "logs/figures/real_or_generated.log",
    benchmark:
        "benchmarks/results/figures/real_or_generated.tsv"
    params:
        figure="real_or_generated",


use rule plot_generator_quality as plot_directions_removed with:
    input:
        parts="results/report/domain_gap.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/directions_removed.svg",
            caption="report_captions/directions_removed.rst",
            category="Domain gap",
            labels={"figure": "directions removed"},
        ),
    log:
        "logs/figures/directions_removed.log",
    benchmark:
        "benchmarks/results/figures/directions_removed.tsv"
    params:
        figure="directions_removed",
