"""The figures, each one message: SVG files that the report embeds and `snakemake --report` collects.

INPUTS   results/report/summary.json; results/classifiers/*/*/metrics.jsonl; the two test sets
OUTPUTS  results/figures/{figure}.svg
"""

FIGURES = (
    "transfer_matrix",
    "gaps",
    "per_class_recall",
    "confusion_matrices",
    "confusion_differences",
    "training_curves",
    "sample_sheets",
)


rule plot_transfer_matrix:
    input:
        summary="results/report/summary.json",
        code=command_sources("plot_transfer_matrix", "workflow_scripts/summary_figure.py", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/transfer_matrix.svg",
            caption="report_captions/transfer_matrix.rst",
            category="Transfer",
            labels={"figure": "transfer matrix"},
        ),
    log:
        "logs/figures/transfer_matrix.log",
    benchmark:
        "benchmarks/results/figures/transfer_matrix.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    params:
        command="plot_transfer_matrix",
    shell:
        "python -m workflow_scripts.{params.command}"
        " --summary {input.summary:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


use rule plot_transfer_matrix as plot_gaps with:
    input:
        summary="results/report/summary.json",
        code=command_sources("plot_gaps", "workflow_scripts/summary_figure.py", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/gaps.svg",
            caption="report_captions/gaps.rst",
            category="Transfer",
            labels={"figure": "gaps"},
        ),
    log:
        "logs/figures/gaps.log",
    benchmark:
        "benchmarks/results/figures/gaps.tsv"
    params:
        command="plot_gaps",


use rule plot_transfer_matrix as plot_per_class_recall with:
    input:
        summary="results/report/summary.json",
        code=command_sources("plot_per_class_recall", "workflow_scripts/summary_figure.py", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/per_class_recall.svg",
            caption="report_captions/per_class_recall.rst",
            category="Classes",
            labels={"figure": "per class recall"},
        ),
    log:
        "logs/figures/per_class_recall.log",
    benchmark:
        "benchmarks/results/figures/per_class_recall.tsv"
    params:
        command="plot_per_class_recall",


use rule plot_transfer_matrix as plot_confusion_matrices with:
    input:
        summary="results/report/summary.json",
        code=command_sources("plot_confusion_matrices", "workflow_scripts/summary_figure.py", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/confusion_matrices.svg",
            caption="report_captions/confusion_matrices.rst",
            category="Classes",
            labels={"figure": "confusion matrices"},
        ),
    log:
        "logs/figures/confusion_matrices.log",
    benchmark:
        "benchmarks/results/figures/confusion_matrices.tsv"
    params:
        command="plot_confusion_matrices",


use rule plot_transfer_matrix as plot_confusion_differences with:
    input:
        summary="results/report/summary.json",
        code=command_sources("plot_confusion_differences", "workflow_scripts/summary_figure.py", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/confusion_differences.svg",
            caption="report_captions/confusion_differences.rst",
            category="Classes",
            labels={"figure": "confusion differences"},
        ),
    log:
        "logs/figures/confusion_differences.log",
    benchmark:
        "benchmarks/results/figures/confusion_differences.tsv"
    params:
        command="plot_confusion_differences",


rule plot_training_curves:
    input:
        summary="results/report/summary.json",
        metrics=expand(
            "results/classifiers/{arm}/seed_{seed_index}/metrics.jsonl",
            arm=STUDY.arms,
            seed_index=range(STUDY.seeds),
        ),
        code=command_sources("plot_training_curves", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/training_curves.svg",
            caption="report_captions/training_curves.rst",
            category="Training",
            labels={"figure": "training curves"},
        ),
    log:
        "logs/figures/training_curves.log",
    benchmark:
        "benchmarks/results/figures/training_curves.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_training_curves"
        " --summary {input.summary:q}"
        " --metrics-folder results/classifiers"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


rule plot_sample_sheets:
    input:
        real="results/real_photos/test.npz",
        synthetic="results/synthetic_photos/test.npz",
        code=command_sources("plot_sample_sheets", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/sample_sheets.svg",
            caption="report_captions/sample_sheets.rst",
            category="Photographs",
            labels={"figure": "sample sheets"},
        ),
    log:
        "logs/figures/sample_sheets.log",
    benchmark:
        "benchmarks/results/figures/sample_sheets.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(1000, "test"),
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_sample_sheets"
        " --real {input.real:q}"
        " --synthetic {input.synthetic:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"


rule plot_published_results:
    input:
        summary="results/report/summary.json",
        parts="transfer_analysis/published_results.json",
        code=command_sources("plot_part", "transfer_analysis"),
    output:
        figure=report(
            "results/figures/published_results.svg",
            caption="report_captions/published_results.rst",
            category="Transfer",
            labels={"figure": "published results"},
        ),
    log:
        "logs/figures/published_results.log",
    benchmark:
        "benchmarks/results/figures/published_results.tsv"
    conda:
        "../envs/transfer_analysis.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=1000,
        runtime=10,
    shell:
        "python -m workflow_scripts.plot_part"
        " --figure published_results"
        " --summary {input.summary:q}"
        " --parts {input.parts:q}"
        " --output {output.figure:q}"
        " 2>&1 | tee {log:q}"
