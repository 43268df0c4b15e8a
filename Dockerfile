# An image with this project: what every node of a Ray cluster runs, on CPUs and on NVIDIA's GPUs.
#
#   docker build --tag REGISTRY/ulsam-search .
#
# One image serves both: PyTorch's packages contain CUDA, and the machine has NVIDIA's driver and container toolkit.
# scripts/setup.sh installs everything, as `make setup` does on a machine, and builds FFCV from source.
#
# Not verified: this image was never built, because its base image could not be pulled where it was written. Tests lint
# this file and check that the copied files build the whole package.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

WORKDIR /opt/ulsam-search
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY scripts/setup.sh scripts/
COPY ulsam ulsam
COPY spaces spaces
COPY pipelines pipelines
COPY search search
COPY docs/glossary.md docs/

# Compiled once here, or each process would compile all of PyTorch and Ray again: users may not write to this folder.
# KubeRay looks after a node with wget, and its login shells have a PATH of their own, hence the links.
# hadolint ignore=DL3008
RUN UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 scripts/setup.sh \
    && .venv/bin/python -m compileall -q ulsam spaces pipelines search \
    && apt-get update && apt-get install -y --no-install-recommends wget \
    && rm -rf /var/lib/apt/lists/* \
    && ln -s "$PWD/.venv/bin/ray" "$PWD/.venv/bin/ulsam-search" /usr/local/bin/ \
    && useradd --create-home --uid 1000 search

ENV PATH=/opt/ulsam-search/.venv/bin:${PATH}
USER 1000
WORKDIR /home/search
CMD ["ulsam-search", "--help"]
