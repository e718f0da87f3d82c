"""Hypotheses of the config: frozen before any network is tested, judged by the gaps that were found.

INPUTS   the config's hypotheses; results/report/summary.json
OUTPUTS  results/hypotheses/frozen.json; results/report/hypotheses.json
"""


rule write_hypotheses:
    input:
        code=command_sources("write_hypotheses"),
    output:
        frozen="results/hypotheses/frozen.json",
    log:
        "logs/hypotheses/frozen.log",
    benchmark:
        "benchmarks/results/hypotheses/frozen.tsv"
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=more_each_try(500),
        runtime=more_each_try(10),
    params:
        hypotheses=as_json(STUDY.frozen_hypotheses()),
        config_sha256=STUDY.digest(),
    shell:
        "python -m workflow_scripts.write_hypotheses"
        " --hypotheses {params.hypotheses:q}"
        " --config-sha256 {params.config_sha256}"
        " --predictions-folder results/predictions"
        # Not an output: Snakemake removes those before a job, and the record must outlive changes.
        " --record results/hypotheses/record.jsonl"
        " --output {output.frozen:q}"
        " 2>&1 | tee {log:q}"


rule analyse_hypotheses:
    input:
        frozen="results/hypotheses/frozen.json",
        summary="results/report/summary.json",
        code=command_sources("analyse_hypotheses", "transfer_analysis"),
    output:
        hypotheses="results/report/hypotheses.json",
    log:
        "logs/report/hypotheses.log",
    benchmark:
        "benchmarks/results/report/hypotheses.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.analyse_hypotheses"
        " --frozen {input.frozen:q}"
        " --summary {input.summary:q}"
        " --output {output.hypotheses:q}"
        " 2>&1 | tee {log:q}"
