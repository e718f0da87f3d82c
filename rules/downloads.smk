"""Everything that comes over the network, brought into the caches where there is one: `snakemake --cores 1 -F fetch`.

A study fetches what it lacks by itself. These rules are for clusters whose compute nodes have no network; they always
run where Snakemake was started, the login node.

INPUTS   none (CIFAR-10; the study's and the sweeps' models)
OUTPUTS  results/downloads/real_photos.json, results/downloads/models.json; the caches; results/generator/pinned_commits.json
"""


rule prepare_downloaded_photos:
    input:
        code=command_sources("prepare_downloaded_photos"),
    output:
        record="results/downloads/real_photos.json",
    log:
        "logs/downloads/real_photos.log",
    benchmark:
        "benchmarks/results/downloads/real_photos.tsv"
    localrule: True
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=3000,
        runtime=60,
    params:
        source=STUDY.real_photos_source,
    shell:
        "python -m workflow_scripts.prepare_downloaded_photos"
        " --source {params.source:q}"
        " --output {output.record:q}"
        " 2>&1 | tee {log:q}"


rule prepare_downloaded_models:
    input:
        code=command_sources("prepare_downloaded_models", "text_to_image"),
    output:
        record="results/downloads/models.json",
    log:
        "logs/downloads/models.log",
    benchmark:
        "benchmarks/results/downloads/models.tsv"
    localrule: True
    conda:
        "../envs/text_to_image.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=2000,
        runtime=240,
    params:
        generators=as_json(generators_to_download()),
        trained=TRAINED_GENERATOR_FOLDER,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.prepare_downloaded_models"
        " --generators {params.generators:q}"
        " --trained {params.trained:q}"
        " --pins results/generator/pinned_commits.json"
        " --output {output.record:q}"
        " 2>&1 | tee {log:q}"
