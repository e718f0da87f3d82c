"""Mixtures of real and generated photographs in other numbers than the arms', each beside its real part alone.

INPUTS   results/real_photos/{train,val,test}.npz, results/synthetic_photos/{train,val}.npz
OUTPUTS  results/mixtures/{mixture}/seed_{seed_index}/real.npz; results/report/mixtures.json, tables/mixtures.csv,
         tables/learning_curves.csv; results/figures/{mixtures,learning_curves,exchange_rate}.svg
"""

# What the report takes from here, where the config asks for it.
MIXTURE_FIGURES = ("mixtures", "learning_curves", "exchange_rate") if STUDY.mixtures else ()
MIXTURE_TABLES = ("mixtures", "learning_curves")


use rule train_classifier as train_mixture with:
    input:
        real=real_photos_of_mixture,
        synthetic=synthetic_photos_of_mixture,
        code=command_sources("train_classifier", "flax_cnn"),
    output:
        checkpoint=directory("results/mixtures/{mixture}/seed_{seed_index}/checkpoint"),
        metrics="results/mixtures/{mixture}/seed_{seed_index}/metrics.jsonl",
    log:
        "logs/mixtures/{mixture}/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/mixtures/{mixture}_seed_{seed_index}.tsv"
    params:
        synthetic_share=share_of_mixture,
        images_per_class=size_of_mixture,
        training=as_json(STUDY.training),
        study_seed=STUDY.seed,
        arm="{mixture}",
        resume_folder="results/.unfinished/mixtures/{mixture}/seed_{seed_index}",
        seeds="{seed_index}",


use rule evaluate_classifier as evaluate_mixture with:
    input:
        checkpoint="results/mixtures/{mixture}/seed_{seed_index}/checkpoint",
        real="results/real_photos/test.npz",
        code=command_sources("evaluate_classifier", "flax_cnn", "transfer_analysis/predictions.py"),
    output:
        predictions="results/mixtures/{mixture}/seed_{seed_index}/real.npz",
    log:
        "logs/mixtures/{mixture}/seed_{seed_index}_predictions.log",
    benchmark:
        "benchmarks/results/mixtures/{mixture}_seed_{seed_index}_predictions.tsv"
    params:
        photos=named_photos,
        folder=output_folder,
        features="",


rule analyse_mixtures:
    input:
        predictions=predictions_of_mixtures,
        code=command_sources("analyse_mixtures", "transfer_analysis"),
    output:
        mixtures="results/report/mixtures.json",
        tables=expand("results/report/tables/{table}.csv", table=MIXTURE_TABLES),
    log:
        "logs/report/mixtures.log",
    benchmark:
        "benchmarks/results/report/mixtures.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=30,
    params:
        points=as_json(mixture_plan()),
        seeds=len(MIXTURE_SEEDS),
    shell:
        "python -m workflow_scripts.analyse_mixtures"
        " --points {params.points:q}"
        " --seeds {params.seeds}"
        " --output {output.mixtures:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


rule plot_mixtures:
    input:
        parts="results/report/mixtures.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/mixtures.svg",
            caption="report_captions/mixtures.rst",
            category="Exchange rate",
            labels={"figure": "mixtures"},
        ),
    log:
        "logs/figures/mixtures.log",
    benchmark:
        "benchmarks/results/figures/mixtures.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    params:
        figure="mixtures",
        summary="",
    shell:
        "python -m workflow_scripts.plot_part"
        " --figure {params.figure}"
        " {params.summary}"
        " --parts {input.parts:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


use rule plot_mixtures as plot_learning_curves with:
    output:
        figure=report(
            "results/figures/learning_curves.svg",
            caption="report_captions/learning_curves.rst",
            category="Exchange rate",
            labels={"figure": "learning curves"},
        ),
    log:
        "logs/figures/learning_curves.log",
    benchmark:
        "benchmarks/results/figures/learning_curves.tsv"
    params:
        figure="learning_curves",
        summary="",


use rule plot_mixtures as plot_exchange_rate with:
    output:
        figure=report(
            "results/figures/exchange_rate.svg",
            caption="report_captions/exchange_rate.rst",
            category="Exchange rate",
            labels={"figure": "exchange rate"},
        ),
    log:
        "logs/figures/exchange_rate.log",
    benchmark:
        "benchmarks/results/figures/exchange_rate.tsv"
    params:
        figure="exchange_rate",
        summary="",
