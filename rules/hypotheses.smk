"""Hypotheses of the config: on record before any network is tested, judged by the gaps that were found.

INPUTS   the config's hypotheses; results/hypotheses/record.jsonl, which a run writes at its start (Snakefile);
         results/report/summary.json
OUTPUTS  results/report/hypotheses.json
"""


rule analyse_hypotheses:
    input:
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
    params:
        hypotheses=as_json(STUDY.frozen_hypotheses()),
    shell:
        "python -m workflow_scripts.analyse_hypotheses"
        " --hypotheses {params.hypotheses:q}"
        " --summary {input.summary:q}"
        " --output {output.hypotheses:q}"
        " 2>&1 | tee {log:q}"
