"""The generated images as a data set: train, validation and test cut by index; and the mixed test domain.

INPUTS   results/generated_images/{class_name}/{first}-{last}.npz, results/generator/manifest.json, results/real_photos/test.npz
OUTPUTS  results/synthetic_photos/{train,val,test}.npz, manifest.json, images.csv; results/mixed_photos/test.npz
"""

MERGE_SOURCES = command_sources(
    "merge_synthetic_photos",
    "text_to_image/image_identity.py",
    "text_to_image/prompt_record.py",
    "text_to_image/resampling.py",
    "text_to_image/shard_survey.py",
)


rule merge_synthetic_photos:
    input:
        shards=all_shards("results/generated_images", STUDY.images_per_class.synthetic),
        generator="results/generator/manifest.json",
        code=MERGE_SOURCES,
    output:
        splits=expand("results/synthetic_photos/{split}.npz", split=SPLITS),
        manifest="results/synthetic_photos/manifest.json",
        table="results/synthetic_photos/images.csv",
    log:
        "logs/synthetic_photos.log",
    benchmark:
        "benchmarks/results/synthetic_photos.tsv"
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=more_each_try(3000),
        runtime=more_each_try(30),
    params:
        classes=STUDY.classes,
        images_per_class=STUDY.images_per_class.synthetic,
        # The shards' images are 32x32 already.
        resampling="none",
        folder=output_folder,
        # Not the shards' names: ten thousand of them are longer than a command may be.
        shards_folder=folder_of_shards,
        shard_size=STUDY.shard_size,
        work_folder="results/.unfinished/synthetic_photos",
    shell:
        "python -m workflow_scripts.merge_synthetic_photos"
        " --shards-folder {params.shards_folder:q}"
        " --shard-size {params.shard_size}"
        " --generator-manifest {input.generator:q}"
        " --classes {params.classes:q}"
        " --images-per-class {params.images_per_class}"
        " --resampling {params.resampling}"
        " --work-folder {params.work_folder:q}"
        " --output-folder {params.folder:q}"
        " 2>&1 | tee {log:q}"


rule merge_mixed_photos:
    input:
        real="results/real_photos/test.npz",
        synthetic="results/synthetic_photos/test.npz",
        code=command_sources("merge_mixed_photos"),
    output:
        photos="results/mixed_photos/test.npz",
    log:
        "logs/mixed_photos.log",
    benchmark:
        "benchmarks/results/mixed_photos.tsv"
    conda:
        "../envs/photographs.yaml"
    threads: 1
    resources:
        gpu=0,
        mem_mb=memory_with_photos(2000, "test"),
        runtime=more_each_try(10),
    params:
        synthetic_share=STUDY.mixture_test_share,
    shell:
        "python -m workflow_scripts.merge_mixed_photos"
        " --real {input.real:q}"
        " --synthetic {input.synthetic:q}"
        " --synthetic-share {params.synthetic_share}"
        " --output {output.photos:q}"
        " 2>&1 | tee {log:q}"
