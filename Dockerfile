# One image for every job: the job file is mounted, and its values can come from the environment.
# Any base with Python 3.11 or newer, its venv module and pip as `python3` will do.
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
# Optional parts of the package, separated by commas, such as "torch,s3". A job with [model] needs
# "torch", "onnx" for ONNX, or "embedder" for the ready embedder.
ARG EXTRAS=""
WORKDIR /src
# No pip inside: the final image gets the packages and nothing to install more with.
RUN python3 -m venv --without-pip /opt/venv
# The dependencies are a layer of their own, which stays while these two files stay as they are.
COPY pyproject.toml constraints.txt ./
RUN EXTRAS="${EXTRAS}" python3 -c 'import os, tomllib; \
p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
extras = [e.strip() for e in os.environ["EXTRAS"].split(",") if e.strip()]; \
print(*p["dependencies"], *(r for e in extras for r in p["optional-dependencies"][e]), sep="\n")' \
        > requirements.txt \
    && python3 -m pip --python /opt/venv/bin/python install --no-cache-dir \
        --constraint constraints.txt --requirement requirements.txt \
    # The own tests of the large libraries, 140 MB of them. Not of all: `evidently.legacy.tests`
    # is a part of the library.
    && cd /opt/venv/lib/python3*/site-packages \
    && find numpy pandas pyarrow scipy skimage sklearn statsmodels networkx \
        -type d -name tests -prune -exec rm -rf {} +
COPY README.md LICENSE ./
COPY prediction_log/VERSION prediction_log/VERSION
COPY jobs jobs
COPY reference_stats reference_stats
COPY reports reports
COPY drift drift
RUN python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps .
# The machine code of the image features, which would take every new container some ten seconds.
RUN NUMBA_CACHE_DIR=/opt/numba /opt/venv/bin/python -P -m reference_stats.extraction.warm_up

FROM ${BASE_IMAGE}
# A number, so that a platform can check that it is not root's.
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin drift
COPY --from=build /opt/venv /opt/venv
# Numba reads it only where it could write too; on another kind of processor it adds to it.
COPY --from=build --chown=10001:10001 /opt/numba /opt/numba
# PYTHONSAFEPATH: a folder called `jobs` in the working directory must not shadow the package.
# The caches of libraries go to /tmp, which is writable even where the rest is mounted read-only.
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DO_NOT_TRACK=1 \
    XDG_CACHE_HOME=/tmp/cache \
    XDG_CONFIG_HOME=/tmp/config \
    MPLCONFIGDIR=/tmp/cache/matplotlib \
    NUMBA_CACHE_DIR=/opt/numba
USER 10001
WORKDIR /home/drift
ENTRYPOINT ["python", "-m", "drift.run"]
