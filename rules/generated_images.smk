"""Generated images: one job a class and shard, each image a function of (generator, class, index) alone.

INPUTS   results/generator/manifest.json
OUTPUTS  results/generated_images/{class_name}/{first}-{last}.npz
"""

DRAWING_CODE = sources_digest(*files_of_command("generate_images", "text_to_image"))


rule generate_images:
    input:
        **IMAGE_LISTING,
        manifest="results/generator/manifest.json",
    output:
        shard="results/generated_images/{class_name}/{first}-{last}.npz",
    log:
        "logs/generated_images/{class_name}/{first}-{last}.log",
    benchmark:
        "benchmarks/results/generated_images/{class_name}_{first}-{last}.tsv"
    conda:
        "../envs/text_to_image.yaml"
    # One thread: more would round differently, and more shards at once are the better use of more cores.
    threads: 1
    resources:
        gpu=STUDY.gpus.generation,
        mem_mb=more_each_try(STUDY.generation_memory_mb),
        # No more at the next try, which carries on where this one ended.
        runtime=240,
    params:
        code=DRAWING_CODE,
        batch_size=without_effect(STUDY.batch_size),
        state_folder="results/.unfinished/generated_images",
        listing=LISTING_OPTION,
    shell:
        "python -m workflow_scripts.with_own_gpu {resources.gpu}"
        " python -m workflow_scripts.generate_images"
        " --generator-manifest {input.manifest:q} {params.listing}"
        " --class-name {wildcards.class_name:q}"
        " --first {wildcards.first}"
        " --last {wildcards.last}"
        " --batch-size {params.batch_size}"
        " --threads {threads}"
        " --state-folder {params.state_folder:q}"
        " --code {params.code}"
        " --compilation-cache results/.unfinished/compiled_generator"
        " --output {output.shard:q}"
        " 2>&1 | tee {log:q}"
