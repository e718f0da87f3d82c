"""The answer: every number in summary.json and its tables, and the page that explains them.

INPUTS   results/predictions/{arm}/seed_{seed_index}/{domain}.npz, both manifests, results/report/*.json of other
         analyses, results/figures/*.svg
OUTPUTS  results/report/summary.json, results/report/tables/*.csv, results/report/report.html,
         results/report/report.pdf
"""

TABLES = ("transfer", "per_class_recall", "gaps", "class_gaps", "confusion_differences")


rule analyse_transfer:
    input:
        predictions=expand(
            "results/predictions/{arm}/seed_{seed_index}/{domain}.npz",
            arm=STUDY.arms,
            seed_index=range(STUDY.seeds),
            domain=DOMAINS,
        ),
        real_manifest="results/real_photos/manifest.json",
        synthetic_manifest="results/synthetic_photos/manifest.json",
        code=command_sources("analyse_transfer", "workflow_scripts/code_version.py", "transfer_analysis"),
    output:
        summary="results/report/summary.json",
        tables=expand("results/report/tables/{table}.csv", table=TABLES),
    log:
        "logs/report/summary.log",
    benchmark:
        "benchmarks/results/report/summary.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=2000,
        runtime=30,
    params:
        arms=list(STUDY.arms),
        domains=DOMAINS,
        seeds=STUDY.seeds,
        study=as_json(study_description()),
        training=as_json(STUDY.training),
    shell:
        "python -m workflow_scripts.analyse_transfer"
        " --predictions-folder results/predictions"
        " --arms {params.arms:q}"
        " --domains {params.domains:q}"
        " --seeds {params.seeds}"
        " --study {params.study:q}"
        " --training {params.training:q}"
        " --real-manifest {input.real_manifest:q}"
        " --synthetic-manifest {input.synthetic_manifest:q}"
        " --output {output.summary:q}"
        " --tables results/report/tables"
        " 2>&1 | tee {log:q}"


rule write_report:
    input:
        summary="results/report/summary.json",
        parts=report_parts,
        figures=report_figures,
        code=command_sources("write_report", "transfer_analysis"),
        templates=template_files,
    output:
        page=report(
            "results/report/report.html",
            caption="report_captions/report.rst",
            category="Report",
            labels={"figure": "the report"},
        ),
    log:
        "logs/report/page.log",
    benchmark:
        "benchmarks/results/report/page.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.write_report"
        " --summary {input.summary:q}"
        " --parts {input.parts:q}"
        " --figures results/figures"
        " --output {output.page:q}"
        " 2>&1 | tee {log:q}"


rule write_print_version:
    input:
        page="results/report/report.html",
        code=command_sources("write_print_version", "transfer_analysis/report/print_version"),
        layout="transfer_analysis/report/print_version/layout.typ",
    output:
        pdf=report(
            "results/report/report.pdf",
            caption="report_captions/print_version.rst",
            category="Report",
            labels={"figure": "the report for paper"},
        ),
    log:
        "logs/report/print_version.log",
    benchmark:
        "benchmarks/results/report/print_version.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1500,
        runtime=10,
    shell:
        "python -m workflow_scripts.write_print_version"
        " --page {input.page:q}"
        " --output {output.pdf:q}"
        " 2>&1 | tee {log:q}"
