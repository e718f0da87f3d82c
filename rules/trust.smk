"""How far a network's answers can be trusted: calibration, selective accuracy, robustness to corruptions, heat maps.

INPUTS   results/classifiers/{arm}/seed_{seed_index}/checkpoint/, results/predictions/{arm}/seed_{seed_index}/*.npz,
         results/real_photos/{val,test}.npz, results/synthetic_photos/val.npz
OUTPUTS  results/trust/seed_{seed_index}.npz; results/report/trust.json and its tables; results/figures/{reliability,
         selective_accuracy,robustness,map_agreement,saliency_sheets}.svg
"""

TRUST_SEEDS = range((STUDY.trust.seeds or STUDY.seeds) if STUDY.trust else 0)
# What the report takes from here, where the config asks for it.
TRUST_FIGURES = (
    ("reliability", "selective_accuracy", "robustness", "map_agreement", "saliency_sheets") if STUDY.trust else ()
)
TRUST_TABLES = (
    *("calibration", "reliability", "selective_accuracy", "selective_areas", "robustness", "map_agreement"),
)


rule evaluate_trust:
    input:
        classifiers=expand("results/classifiers/{arm}/seed_{{seed_index}}/checkpoint", arm=STUDY.arms),
        real_val="results/real_photos/val.npz",
        synthetic_val="results/synthetic_photos/val.npz",
        photos="results/real_photos/test.npz",
        code=command_sources(
            "evaluate_trust",
            "flax_cnn",
            "transfer_analysis/trust/answers.py",
            "transfer_analysis/trust/settings.py",
        ),
    output:
        answers="results/trust/seed_{seed_index}.npz",
    log:
        "logs/trust/seed_{seed_index}.log",
    benchmark:
        "benchmarks/results/trust/seed_{seed_index}.tsv"
    conda:
        NETWORKS_ENVIRONMENT
    threads: 1
    resources:
        gpu=gpus_to_ask_networks(),
        mem_mb=memory_with_photos(3000, "val"),
        runtime=more_each_try(60),
    params:
        arms=list(STUDY.arms),
        trust=as_json(STUDY.trust),
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.evaluate_trust"
        " --arms {params.arms:q}"
        " --classifiers {input.classifiers:q}"
        " --real-val {input.real_val:q}"
        " --synthetic-val {input.synthetic_val:q}"
        " --photos {input.photos:q}"
        " --trust {params.trust:q}"
        " --output {output.answers:q}"
        " --compilation-cache results/.unfinished/compiled"
        " 2>&1 | tee {log:q}"


rule analyse_trust:
    input:
        answers=expand("results/trust/seed_{seed_index}.npz", seed_index=TRUST_SEEDS),
        predictions=expand(
            "results/predictions/{arm}/seed_{seed_index}/{kind}.npz",
            arm=STUDY.arms,
            seed_index=TRUST_SEEDS,
            kind=("real", "synthetic"),
        ),
        code=command_sources("analyse_trust", "transfer_analysis"),
    output:
        trust="results/report/trust.json",
        tables=expand("results/report/tables/{table}.csv", table=TRUST_TABLES),
    log:
        "logs/report/trust.log",
    benchmark:
        "benchmarks/results/report/trust.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=30,
    shell:
        "python -m workflow_scripts.analyse_trust"
        " --predictions-folder results/predictions"
        " --answers {input.answers:q}"
        " --output {output.trust:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


use rule plot_mixtures as plot_reliability with:
    input:
        parts="results/report/trust.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/reliability.svg",
            caption="report_captions/reliability.rst",
            category="Trust",
            labels={"figure": "reliability"},
        ),
    log:
        "logs/figures/reliability.log",
    benchmark:
        "benchmarks/results/figures/reliability.tsv"
    params:
        figure="reliability",
        summary="",


use rule plot_reliability as plot_selective_accuracy with:
    output:
        figure=report(
            "results/figures/selective_accuracy.svg",
            caption="report_captions/selective_accuracy.rst",
            category="Trust",
            labels={"figure": "selective accuracy"},
        ),
    log:
        "logs/figures/selective_accuracy.log",
    benchmark:
        "benchmarks/results/figures/selective_accuracy.tsv"
    params:
        figure="selective_accuracy",
        summary="",


use rule plot_reliability as plot_robustness with:
    output:
        figure=report(
            "results/figures/robustness.svg",
            caption="report_captions/robustness.rst",
            category="Trust",
            labels={"figure": "robustness"},
        ),
    log:
        "logs/figures/robustness.log",
    benchmark:
        "benchmarks/results/figures/robustness.tsv"
    params:
        figure="robustness",
        summary="",


use rule plot_reliability as plot_map_agreement with:
    output:
        figure=report(
            "results/figures/map_agreement.svg",
            caption="report_captions/map_agreement.rst",
            category="Trust",
            labels={"figure": "agreement of heat maps"},
        ),
    log:
        "logs/figures/map_agreement.log",
    benchmark:
        "benchmarks/results/figures/map_agreement.tsv"
    params:
        figure="map_agreement",
        summary="",


rule plot_saliency_sheets:
    input:
        trust="results/report/trust.json",
        answers=expand("results/trust/seed_{seed_index}.npz", seed_index=TRUST_SEEDS),
        photos="results/real_photos/test.npz",
        code=command_sources("plot_saliency_sheets", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/saliency_sheets.svg",
            caption="report_captions/saliency_sheets.rst",
            category="Trust",
            labels={"figure": "heat maps"},
        ),
    log:
        "logs/figures/saliency_sheets.log",
    benchmark:
        "benchmarks/results/figures/saliency_sheets.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=2000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_saliency_sheets"
        " --trust {input.trust:q}"
        " --answers {input.answers:q}"
        " --photos {input.photos:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
