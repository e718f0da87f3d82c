"""Sweeps: the generator's settings varied over a grid, every point judged by real validation photographs alone.

INPUTS   the model; results/real_photos/{train,val}.npz
OUTPUTS  results/sweeps/{sweep}/points.csv, points.json, choice.json; results/figures/sweep_{sweep}.svg
"""


rule prepare_sweep:
    input:
        model=files_of_sweeps_models,
        code=command_sources("prepare_sweep", "text_to_image"),
    output:
        plan="results/sweeps/{sweep}/plan.json",
    log:
        "logs/sweeps/{sweep}/plan.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/plan.tsv"
    conda:
        "../envs/text_to_image.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=more_each_try(2000),
        runtime=more_each_try(60),
    params:
        plan=sweep_plan,
        shipped_models=shipped_models_of_sweep,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.prepare_sweep"
        " --sweep {wildcards.sweep}"
        " --plan {params.plan:q}"
        " --pins results/generator/pinned_commits.json"
        " --output {output.plan:q}"
        " 2>&1 | tee {log:q}"


use rule prepare_generator as prepare_sweep_generator with:
    input:
        # Whatever would fail at one point is said before anything is drawn for another.
        plan="results/sweeps/{sweep}/plan.json",
        model=files_of_sweeps_models,
        code=command_sources("prepare_generator", "text_to_image"),
    output:
        manifest="results/sweeps/{sweep}/{drawing}/generator.json",
    log:
        "logs/sweeps/{sweep}/{drawing}/generator.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/{drawing}/generator.tsv"
    resources:
        gpu=gpus_to_settle_drawing,
        mem_mb=more_each_try(STUDY.generation_memory_mb),
        runtime=more_each_try(60),
    params:
        generator=drawn_with,
        shipped_models=shipped_models_of_sweep,
        image_folder="null",


use rule generate_images as generate_sweep_images with:
    input:
        manifest="results/sweeps/{sweep}/{drawing}/generator.json",
    output:
        shard="results/sweeps/{sweep}/{drawing}/images/{class_name}/{first}-{last}.npz",
    log:
        "logs/sweeps/{sweep}/{drawing}/{class_name}_{first}-{last}.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/{drawing}/{class_name}_{first}-{last}.tsv"
    params:
        code=DRAWING_CODE,
        state_folder="results/.unfinished/sweeps/{sweep}/{drawing}/images",


use rule merge_synthetic_photos as merge_sweep_photos with:
    input:
        shards=shards_of_point,
        generator=generator_of_point,
        code=MERGE_SOURCES,
    output:
        splits=expand("results/sweeps/{{sweep}}/{{point}}/photos/{split}.npz", split=SPLITS),
        manifest="results/sweeps/{sweep}/{point}/photos/manifest.json",
        table="results/sweeps/{sweep}/{point}/photos/images.csv",
    log:
        "logs/sweeps/{sweep}/{point}/photos.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/{point}/photos.tsv"
    params:
        classes=STUDY.classes,
        images_per_class=STUDY.sweep_size.images_per_class,
        resampling=kernel_of_point,
        folder=output_folder,
        shards_folder=folder_of_shards,
        shard_size=STUDY.shard_size,
        work_folder="results/.unfinished/sweeps/{sweep}/{point}/photos",


use rule train_classifier as train_sweep_classifier with:
    input:
        real=[],
        synthetic=expand("results/sweeps/{{sweep}}/{{point}}/photos/{split}.npz", split=("train", "val")),
        code=command_sources("train_classifier", "flax_cnn"),
    output:
        checkpoint=directory("results/sweeps/{sweep}/{point}/seed_{seed_index}/checkpoint"),
        metrics="results/sweeps/{sweep}/{point}/seed_{seed_index}/metrics.jsonl",
    log:
        "logs/sweeps/{sweep}/{point}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/{point}/seed_{seed_index}.tsv"
    params:
        synthetic_share=1,
        images_per_class=SWEEP_SPLITS["train"],
        training=as_json(STUDY.sweep_training()),
        study_seed=STUDY.seed,
        # The same name at every point: the same initial weights, changes to images and order.
        arm="synthetic",
        resume_folder="results/.unfinished/sweeps/{sweep}/{point}/seed_{seed_index}",
        seeds="{seed_index}",


use rule evaluate_classifier as evaluate_sweep_classifier with:
    input:
        checkpoint="results/sweeps/{sweep}/{point}/seed_{seed_index}/checkpoint",
        real_validation="results/real_photos/val.npz",
        code=EVALUATION_SOURCES,
    output:
        predictions="results/sweeps/{sweep}/{point}/seed_{seed_index}/real_validation.npz",
    log:
        "logs/sweeps/{sweep}/{point}/seed_{seed_index}_predictions.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/{point}/seed_{seed_index}_predictions.tsv"
    params:
        photos=named_photos,
        folder=output_folder,
        features="",


rule analyse_sweep:
    input:
        plan="results/sweeps/{sweep}/plan.json",
        predictions=predictions_of_sweep,
        manifests=manifests_of_sweep,
        code=command_sources("analyse_sweep", "transfer_analysis"),
    output:
        points="results/sweeps/{sweep}/points.json",
        table="results/sweeps/{sweep}/points.csv",
        choice="results/sweeps/{sweep}/choice.json",
    log:
        "logs/sweeps/{sweep}/points.log",
    benchmark:
        "benchmarks/results/sweeps/{sweep}/points.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=2000,
        runtime=30,
    params:
        seeds=STUDY.sweep_size.seeds,
        domain=VALIDATION,
        limit=(f"--most-evaluations {STUDY.sweep_size.most_evaluations}" if STUDY.sweep_size.most_evaluations else ""),
    shell:
        "python -m workflow_scripts.analyse_sweep"
        " --plan {input.plan:q}"
        " --folder results/sweeps/{wildcards.sweep}"
        " --domain {params.domain}"
        " --seeds {params.seeds}"
        " {params.limit}"
        " --output {output.points:q}"
        " --table {output.table:q}"
        " --choice {output.choice:q}"
        " 2>&1 | tee {log:q}"


rule plot_sweep:
    input:
        points="results/sweeps/{sweep}/points.json",
        code=command_sources("plot_sweep", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/sweep_{sweep}.svg",
            caption="report_captions/sweep.rst",
            category="Sweeps",
            labels={"figure": "sweep {sweep}"},
        ),
    log:
        "logs/figures/sweep_{sweep}.log",
    benchmark:
        "benchmarks/results/figures/sweep_{sweep}.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_sweep"
        " --points {input.points:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
