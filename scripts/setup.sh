#!/usr/bin/env bash
# Installs everything ulsam-search needs into .venv: run by `make`, once. Usage: scripts/setup.sh [dev]
#
# FFCV builds from source and needs system packages; where they can't be installed, this says so and goes on:
# the same .beton files are then read by the plain reader.
set -euo pipefail
cd "$(dirname "$0")/.."

UV=uv==0.13.9
FFCV=ffcv==1.0.2
WITHOUT_FFCV='All works without it: the plain reader reads the same files, more slowly.'
BUILD_PACKAGES=(g++ python3-dev pkg-config libopencv-dev libturbojpeg0-dev)
PYTHON=${PYTHON:-python3}

# Where Python may not keep what it compiles (images of containers often say so), every process would compile all of
# PyTorch and Ray again, and a search starts many.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then export UV_COMPILE_BYTECODE=1; fi

say() { printf '\033[1msetup:\033[0m %s\n' "$*"; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "needs Python 3.11 or newer, found $("$PYTHON" --version 2>&1 || echo none); set PYTHON=/path/to/python3"
    exit 2
}

# Installs Debian packages if we may; succeeds only if all of them are there afterwards.
system_packages() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || return 1
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        sudo=(sudo -n)
    fi
    say "installing system packages: ${missing[*]}"
    # A machine that has just booted may still be updating itself.
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update >/dev/null && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
}

if [ ! -x .venv/bin/uv ]; then
    "$PYTHON" -m venv --help >/dev/null 2>&1 && "$PYTHON" -c 'import ensurepip' 2>/dev/null || system_packages python3-venv || {
        say "needs Python's venv module: sudo apt-get install python3-venv"
        exit 2
    }
    "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$UV"
fi

say "installing Python packages into .venv (about 7 GB with PyTorch; the first time takes minutes)"
.venv/bin/uv pip install --quiet --python .venv/bin/python --requirement requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .

if ! .venv/bin/uv pip show --quiet --python .venv/bin/python ffcv 2>/dev/null; then
    if ! system_packages "${BUILD_PACKAGES[@]}"; then
        say "FFCV is not installed: it needs 'sudo apt-get install ${BUILD_PACKAGES[*]}', then 'make ffcv'."
        say "$WITHOUT_FFCV"
    elif .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps "$FFCV" >.venv/ffcv-build.log 2>&1; then
        say "FFCV is built"
    else
        say "FFCV could not be built: .venv/ffcv-build.log says why; 'make ffcv' tries again."
        say "$WITHOUT_FFCV"
    fi
fi

if [ "${1:-}" = dev ]; then
    system_packages chromium || say "no Chromium: the tests of HTML pages will be skipped (apt-get install chromium)"
fi
system_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    || say "no Pango: ulsam-search report writes .html, no .pdf (apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
say "done"
