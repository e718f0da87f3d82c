"""How good the generated photographs are, and whether any are copies; the networks' view of the images for it.

Validation photographs are what generated ones are measured against. Test photographs are searched for copies, and
judge the probes of rules/domain_gap.smk; nothing is chosen by them.

INPUTS   results/classifiers/real/seed_{seed_index}/checkpoint/, results/{real,synthetic,filtered}_photos/{split}.npz
OUTPUTS  results/generator_quality/features/seed_{seed_index}/{photos}.npz, searched/*.npz, closest_pairs.csv;
         results/report/generator_quality.json, tables/{generator_quality,near_copies}.csv;
         results/figures/generator_quality.svg, near_copies.svg
"""

QUALITY_TABLES = ("generator_quality", "near_copies")
# What every network of the arm "real" is asked about.
SEEN_PHOTOS = (
    "real_photos/val",
    "real_photos/test",
    "synthetic_photos/train",
    "synthetic_photos/test",
    "filtered_photos/val",
    "filtered_photos/test",
)


rule evaluate_features:
    input:
        checkpoint="results/classifiers/real/seed_{seed_index}/checkpoint",
        photos=expand("results/{photos}.npz", photos=SEEN_PHOTOS),
        code=command_sources("evaluate_features", "flax_cnn", "transfer_analysis/features.py"),
    output:
        features=expand(
            "results/generator_quality/features/seed_{{seed_index}}/{photos}.npz",
            photos=SEEN_PHOTOS,
        ),
    log:
        "logs/generator_quality/features_seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/generator_quality/features_seed_{seed_index}.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=gpus_to_ask_networks(),
        mem_mb=memory_with_photos(3000, "train", "test"),
        runtime=more_each_try(30),
    params:
        mirrored="",
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_features"
        " --classifier {input.checkpoint:q}"
        " --photos {input.photos:q}"
        " --output {output.features:q}"
        " {params.mirrored}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


use rule evaluate_features as evaluate_searched_features with:
    input:
        checkpoint="results/classifiers/real/seed_0/checkpoint",
        photos=expand("results/real_photos/{split}.npz", split=("train", "test", "val")),
        code=command_sources("evaluate_features", "flax_cnn", "transfer_analysis/features.py"),
    output:
        features=expand("results/generator_quality/searched/{split}.npz", split=("train", "test", "val")),
    log:
        "logs/generator_quality/searched.log",
    benchmark:
        "benchmarks/results/generator_quality/searched.tsv"
    params:
        mirrored="--mirrored",


rule analyse_generator_quality:
    input:
        real="results/real_photos/val.npz",
        generated="results/synthetic_photos/train.npz",
        training="results/real_photos/train.npz",
        test="results/real_photos/test.npz",
        real_features=expand(
            "results/generator_quality/features/seed_{seed_index}/real_photos/val.npz",
            seed_index=range(STUDY.seeds),
        ),
        generated_features=expand(
            "results/generator_quality/features/seed_{seed_index}/synthetic_photos/train.npz",
            seed_index=range(STUDY.seeds),
        ),
        training_features="results/generator_quality/searched/train.npz",
        test_features="results/generator_quality/searched/test.npz",
        validation_features="results/generator_quality/searched/val.npz",
        synthetic_manifest="results/synthetic_photos/manifest.json",
        code=command_sources("analyse_generator_quality", "workflow_scripts/code_version.py", "transfer_analysis"),
    output:
        tables=expand("results/report/tables/{table}.csv", table=QUALITY_TABLES),
        quality="results/report/generator_quality.json",
        pairs="results/generator_quality/closest_pairs.csv",
    log:
        "logs/report/generator_quality.log",
    benchmark:
        "benchmarks/results/report/generator_quality.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(4000, "train"),
        runtime=more_each_try(60),
    params:
        classifier=as_json(
            {
                "arm": "real",
                "train_images_per_class": STUDY.images_per_class.train,
                "training": STUDY.training.model_dump(mode="json"),
            }
        ),
        seed=STUDY.seed,
        folder=output_folder,
    shell:
        "python -m workflow_scripts.analyse_generator_quality"
        " --real {input.real:q}"
        " --generated {input.generated:q}"
        " --training {input.training:q}"
        " --real-features {input.real_features:q}"
        " --generated-features {input.generated_features:q}"
        " --test {input.test:q}"
        " --training-features {input.training_features:q}"
        " --test-features {input.test_features:q}"
        " --validation-features {input.validation_features:q}"
        " --synthetic-manifest {input.synthetic_manifest:q}"
        " --classifier {params.classifier:q}"
        " --seed {params.seed}"
        " --output {output.quality:q}"
        " --tables {params.folder:q}"
        " --pairs {output.pairs:q}"
        " 2>&1 | tee {log:q}"


rule plot_generator_quality:
    input:
        parts="results/report/generator_quality.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/generator_quality.svg",
            caption="report_captions/generator_quality.rst",
            category="Domain gap",
            labels={"figure": "generator quality"},
        ),
    log:
        "logs/figures/generator_quality.log",
    benchmark:
        "benchmarks/results/figures/generator_quality.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    params:
        figure="generator_quality",
    shell:
        "python -m workflow_scripts.plot_part"
        " --figure {params.figure}"
        " --parts {input.parts:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


rule plot_near_copies:
    input:
        quality="results/report/generator_quality.json",
        pairs="results/generator_quality/closest_pairs.csv",
        real="results/real_photos/val.npz",
        generated="results/synthetic_photos/train.npz",
        training="results/real_photos/train.npz",
        test="results/real_photos/test.npz",
        code=command_sources("plot_near_copies", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/near_copies.svg",
            caption="report_captions/near_copies.rst",
            category="Domain gap",
            labels={"figure": "near copies"},
        ),
    log:
        "logs/figures/near_copies.log",
    benchmark:
        "benchmarks/results/figures/near_copies.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(2000, "train"),
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_near_copies"
        " --quality {input.quality:q}"
        " --pairs {input.pairs:q}"
        " --real {input.real:q}"
        " --generated {input.generated:q}"
        " --training {input.training:q}"
        " --test {input.test:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
