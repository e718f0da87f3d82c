"""The generated photographs for other people's tools: an image folder with a data set card, and a TFDS data set.

Not part of `all`: `snakemake --cores all export` (or `make export`) asks for it.

INPUTS   results/synthetic_photos/{train,val,test}.npz, manifest.json, images.csv; CITATION.cff
OUTPUTS  results/export/image_folder/{train,validation,test}/, README.md; results/export/tfds/
"""

from data_set_export.split_names import EXPORTED_SPLITS


rule write_image_folder:
    input:
        photos=expand("results/synthetic_photos/{split}.npz", split=EXPORTED_SPLITS),
        manifest="results/synthetic_photos/manifest.json",
        code=command_sources("write_image_folder", "data_set_export"),
    output:
        splits=[directory(f"results/export/image_folder/{name}") for name in EXPORTED_SPLITS.values()],
    log:
        "logs/export/image_folder.log",
    benchmark:
        "benchmarks/results/export/image_folder.tsv"
    conda:
        "../envs/data_set_export.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(2000, *SPLITS),
        runtime=more_each_try(30),
    shell:
        "python -m workflow_scripts.write_image_folder"
        " --photos-folder results/synthetic_photos"
        " --state-folder results/.unfinished/export/image_folder"
        " --output-folder results/export/image_folder"
        " 2>&1 | tee {log:q}"


rule write_tfds:
    input:
        photos=expand("results/synthetic_photos/{split}.npz", split=EXPORTED_SPLITS),
        manifest="results/synthetic_photos/manifest.json",
        citation="CITATION.cff",
        code=command_sources("write_tfds", "data_set_export"),
    output:
        data_set=directory("results/export/tfds"),
    log:
        "logs/export/tfds.log",
    benchmark:
        "benchmarks/results/export/tfds.tsv"
    conda:
        "../envs/data_set_export.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(3000, *SPLITS),
        runtime=more_each_try(30),
    shell:
        "python -m workflow_scripts.write_tfds"
        " --photos-folder results/synthetic_photos"
        " --citation {input.citation:q}"
        " --state-folder results/.unfinished/export"
        " --output {output.data_set:q}"
        " 2>&1 | tee {log:q}"


rule write_data_set_card:
    input:
        manifest="results/synthetic_photos/manifest.json",
        table="results/synthetic_photos/images.csv",
        citation="CITATION.cff",
        template="data_set_export/card.md.j2",
        code=command_sources(
            "write_data_set_card",
            "workflow_scripts/code_version.py",
            "text_to_image/resampling.py",
            "data_set_export",
        ),
    output:
        card="results/export/image_folder/README.md",
    log:
        "logs/export/data_set_card.log",
    benchmark:
        "benchmarks/results/export/data_set_card.tsv"
    conda:
        "../envs/data_set_export.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(1000, *SPLITS),
        runtime=more_each_try(10),
    params:
        config_sha256=STUDY.digest(),
    shell:
        "python -m workflow_scripts.write_data_set_card"
        " --photos-folder results/synthetic_photos"
        " --citation {input.citation:q}"
        " --config-sha256 {params.config_sha256}"
        " --output {output.card:q}"
        " 2>&1 | tee {log:q}"
