"""What each template of the prompts is worth: trainings without it, and an estimate that needs none.

INPUTS   results/synthetic_photos/{train,val}.npz, results/real_photos/{train,val}.npz
OUTPUTS  results/template_worth/worth.csv, worth.json; results/figures/template_worth.svg
"""


rule merge_template_subset:
    input:
        photos="results/synthetic_photos/train.npz",
        code=command_sources("merge_template_subset"),
    output:
        photos="results/template_worth/{subset}/train.npz",
    log:
        "logs/template_worth/{subset}/train.log",
    benchmark:
        "benchmarks/results/template_worth/{subset}/train.tsv"
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(2000, "train"),
        runtime=more_each_try(10),
    params:
        by=STUDY.template_worth.by,
        values=as_json(STUDY.prompt_parts()),
        without=left_out,
        images_per_class=STUDY.template_worth_images(),
    shell:
        "python -m workflow_scripts.merge_template_subset"
        " --photos {input.photos:q}"
        " --by {params.by}"
        " --values {params.values:q}"
        " {params.without}"
        " --images-per-class {params.images_per_class}"
        " --output {output.photos:q}"
        " 2>&1 | tee {log:q}"


use rule train_classifier as train_template_classifier with:
    input:
        real=[],
        synthetic=["results/template_worth/{subset}/train.npz", "results/synthetic_photos/val.npz"],
        code=command_sources("train_classifier", "flax_cnn"),
    output:
        checkpoint=directory("results/template_worth/{subset}/seed_{seed_index}/checkpoint"),
        metrics="results/template_worth/{subset}/seed_{seed_index}/metrics.jsonl",
    log:
        "logs/template_worth/{subset}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/template_worth/{subset}/seed_{seed_index}.tsv"
    params:
        synthetic_share=1,
        images_per_class=STUDY.template_worth_images(),
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        # The same name for every subset: the same initial weights, changes to images and order.
        arm="synthetic",
        resume_folder="results/.unfinished/template_worth/{subset}/seed_{seed_index}",
        seeds="{seed_index}",


use rule evaluate_classifier as evaluate_template_classifier with:
    input:
        checkpoint="results/template_worth/{subset}/seed_{seed_index}/checkpoint",
        real_validation="results/real_photos/val.npz",
        code=EVALUATION_SOURCES,
    output:
        predictions="results/template_worth/{subset}/seed_{seed_index}/real_validation.npz",
    log:
        "logs/template_worth/{subset}/seed_{seed_index}_predictions.log",
    benchmark:
        "benchmarks/results/template_worth/{subset}/seed_{seed_index}_predictions.tsv"
    params:
        photos=named_photos,
        folder=output_folder,
        features="",


rule evaluate_template_values:
    input:
        checkpoint="results/template_worth/all/seed_{seed_index}/checkpoint",
        photos="results/template_worth/all/train.npz",
        validation="results/real_photos/val.npz",
        code=command_sources(
            "evaluate_template_values",
            "flax_cnn",
            "transfer_analysis/neighbour_shapley.py",
        ),
    output:
        values="results/template_worth/all/seed_{seed_index}/values.npz",
    log:
        "logs/template_worth/all/seed_{seed_index}_values.log",
    benchmark:
        "benchmarks/results/template_worth/all/seed_{seed_index}_values.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=gpus_to_ask_networks(),
        mem_mb=memory_with_photos(3000, "train"),
        runtime=more_each_try(30),
    params:
        by=STUDY.template_worth.by,
        values=as_json(STUDY.prompt_parts()),
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_template_values"
        " --classifier {input.checkpoint:q}"
        " --photos {input.photos:q}"
        " --validation {input.validation:q}"
        " --by {params.by}"
        " --values {params.values:q}"
        " --output {output.values:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


rule analyse_template_worth:
    input:
        predictions=predictions_of_template_worth,
        values=expand(
            "results/template_worth/all/seed_{seed_index}/values.npz",
            seed_index=range(STUDY.template_worth.seeds),
        ),
        code=command_sources("analyse_template_worth", "transfer_analysis"),
    output:
        worth="results/template_worth/worth.json",
        table="results/template_worth/worth.csv",
    log:
        "logs/template_worth/worth.log",
    benchmark:
        "benchmarks/results/template_worth/worth.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=30,
    params:
        by=STUDY.template_worth.by,
        values=as_json(STUDY.prompt_parts()),
        seeds=STUDY.template_worth.seeds,
        domain=VALIDATION,
    shell:
        "python -m workflow_scripts.analyse_template_worth"
        " --folder results/template_worth"
        " --domain {params.domain}"
        " --by {params.by}"
        " --values {params.values:q}"
        " --seeds {params.seeds}"
        " --output {output.worth:q}"
        " --table {output.table:q}"
        " 2>&1 | tee {log:q}"


rule plot_template_worth:
    input:
        worth="results/template_worth/worth.json",
        code=command_sources("plot_template_worth", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/template_worth.svg",
            caption="report_captions/template_worth.rst",
            category="Sweeps",
            labels={"figure": "template worth"},
        ),
    log:
        "logs/figures/template_worth.log",
    benchmark:
        "benchmarks/results/figures/template_worth.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_template_worth"
        " --worth {input.worth:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
