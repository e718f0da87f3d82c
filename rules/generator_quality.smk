"""How good the generated photographs are, on request: `snakemake --cores all generator_quality`.

INPUTS   results/classifiers/real/seed_{seed_index}/checkpoint/, results/real_photos/{train,val}.npz,
         results/synthetic_photos/train.npz
OUTPUTS  results/generator_quality/quality.json, quality.csv, near_copies.csv;
         results/figures/generator_quality.svg, near_copies.svg
"""


rule evaluate_features:
    input:
        checkpoint="results/classifiers/real/seed_{seed_index}/checkpoint",
        photos="results/{kind}_photos/{split}.npz",
        code=command_sources("evaluate_features", "flax_cnn", "transfer_analysis/features.py"),
    output:
        features="results/generator_quality/features/seed_{seed_index}/{kind}_{split}.npz",
    log:
        "logs/generator_quality/features/seed_{seed_index}/{kind}_{split}.log",
    benchmark:
        "benchmarks/results/generator_quality/features_seed_{seed_index}_{kind}_{split}.tsv"
    # Test photographs stay unread: only the report judges by them.
    wildcard_constraints:
        kind="real|synthetic",
        split="train|val",
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=STUDY.gpus.training,
        mem_mb=3000,
        runtime=30,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_features"
        " --classifier {input.checkpoint:q}"
        " --photos {input.photos:q}"
        " --output {output.features:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


rule analyse_generator_quality:
    input:
        real="results/real_photos/val.npz",
        generated="results/synthetic_photos/train.npz",
        training="results/real_photos/train.npz",
        real_features=expand(
            "results/generator_quality/features/seed_{seed_index}/real_val.npz",
            seed_index=range(STUDY.seeds),
        ),
        generated_features=expand(
            "results/generator_quality/features/seed_{seed_index}/synthetic_train.npz",
            seed_index=range(STUDY.seeds),
        ),
        training_features="results/generator_quality/features/seed_0/real_train.npz",
        synthetic_manifest="results/synthetic_photos/manifest.json",
        code=command_sources("analyse_generator_quality", "workflow_scripts/code_version.py", "transfer_analysis"),
    output:
        quality="results/generator_quality/quality.json",
        table="results/generator_quality/quality.csv",
        pairs="results/generator_quality/near_copies.csv",
    log:
        "logs/generator_quality/quality.log",
    benchmark:
        "benchmarks/results/generator_quality/quality.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=4000,
        runtime=60,
    params:
        classifier=as_json(
            {
                "arm": "real",
                "train_images_per_class": STUDY.images_per_class.train,
                "training": STUDY.training.model_dump(mode="json"),
            }
        ),
        seed=STUDY.seed,
    shell:
        "python -m workflow_scripts.analyse_generator_quality"
        " --real {input.real:q}"
        " --generated {input.generated:q}"
        " --training {input.training:q}"
        " --real-features {input.real_features:q}"
        " --generated-features {input.generated_features:q}"
        " --training-features {input.training_features:q}"
        " --synthetic-manifest {input.synthetic_manifest:q}"
        " --classifier {params.classifier:q}"
        " --seed {params.seed}"
        " --output {output.quality:q}"
        " --table {output.table:q}"
        " --pairs {output.pairs:q}"
        " 2>&1 | tee {log:q}"


rule plot_generator_quality:
    input:
        quality="results/generator_quality/quality.json",
        code=command_sources("plot_generator_quality", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/generator_quality.svg",
            caption="report_captions/generator_quality.rst",
            category="Photographs",
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
    shell:
        "python -m workflow_scripts.plot_generator_quality"
        " --quality {input.quality:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


rule plot_near_copies:
    input:
        quality="results/generator_quality/quality.json",
        pairs="results/generator_quality/near_copies.csv",
        real="results/real_photos/val.npz",
        generated="results/synthetic_photos/train.npz",
        training="results/real_photos/train.npz",
        code=command_sources("plot_near_copies", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/near_copies.svg",
            caption="report_captions/near_copies.rst",
            category="Photographs",
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
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_near_copies"
        " --quality {input.quality:q}"
        " --pairs {input.pairs:q}"
        " --real {input.real:q}"
        " --generated {input.generated:q}"
        " --training {input.training:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
