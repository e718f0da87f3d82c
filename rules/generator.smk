"""The generator: which model, at which revision; and, on request, the training of the embedded one.

The classifier that selects images is trained here too, on request.

INPUTS   a folder with a diffusers pipeline, or a model on the Hugging Face hub; results/real_photos/train.npz to train one
OUTPUTS  results/generator/manifest.json, pinned_commits.json (undeclared: it outlives the manifest), and the listing of a
         folder of images; when asked for, results/embedded_generator/pipeline/ and results/rejection_classifier/model/
"""


rule prepare_generator:
    input:
        model=model_files,
        code=command_sources("prepare_generator", "text_to_image"),
    output:
        **IMAGE_LISTING,
        manifest="results/generator/manifest.json",
    log:
        "logs/generator.log",
    benchmark:
        "benchmarks/results/generator.tsv"
    conda:
        "../envs/text_to_image.yaml"
    threads: 1
    resources:
        gpu=gpus_to_settle(STUDY.generator) if STUDY.image_folder is None else 0,
        mem_mb=more_each_try(STUDY.generation_memory_mb),
        runtime=more_each_try(60),
    params:
        generator=as_json(STUDY.generator),
        shipped_models=shipped_models,
        image_folder=as_json(STUDY.image_folder),
        classes=STUDY.classes if IMAGE_LISTING else [],
        listing=LISTING_OPTION,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.prepare_generator"
        " --generator {params.generator:q}"
        " --image-folder {params.image_folder:q} {params.listing}"
        " --classes {params.classes:q}"
        " --pins results/generator/pinned_commits.json"
        " --state-folder results/.unfinished/generator"
        " --output {output.manifest:q}"
        " 2>&1 | tee {log:q}"


rule train_generator:
    input:
        photos="results/real_photos/train.npz",
        code=command_sources("train_generator", "text_to_image"),
    output:
        pipeline=directory(TRAINED_GENERATOR_FOLDER),
    log:
        "logs/embedded_generator.log",
    benchmark:
        "benchmarks/results/embedded_generator.tsv"
    conda:
        "../envs/text_to_image.yaml"
    threads: cores_of_machine
    resources:
        gpu=0,
        mem_mb=more_each_try(4000),
        # No more at the next try, which carries on where this one ended.
        runtime=720,
    params:
        recipe=as_json(STUDY.generator_training),
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.train_generator"
        " --photos {input.photos:q}"
        " --recipe {params.recipe:q}"
        " --threads {threads}"
        " --output {output.pipeline:q}"
        " 2>&1 | tee {log:q}"


rule train_rejection_classifier:
    input:
        photos="results/real_photos/train.npz",
        val="results/real_photos/val.npz",
        code=command_sources("train_rejection_classifier", "text_to_image"),
    output:
        model=directory(TRAINED_REJECTION_FOLDER),
    log:
        "logs/rejection_classifier.log",
    benchmark:
        "benchmarks/results/rejection_classifier.tsv"
    conda:
        "../envs/text_to_image.yaml"
    threads: cores_of_machine
    resources:
        gpu=0,
        mem_mb=more_each_try(3000),
        # No more at the next try, which carries on where this one ended.
        runtime=120,
    params:
        recipe=as_json(STUDY.rejection_training),
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.train_rejection_classifier"
        " --photos {input.photos:q}"
        " --val {input.val:q}"
        " --recipe {params.recipe:q}"
        " --threads {threads}"
        " --output {output.model:q}"
        " 2>&1 | tee {log:q}"
