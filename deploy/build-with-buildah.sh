#!/bin/sh
# Build the image where there is no container engine:
#
#   deploy/build-with-buildah.sh BASE_IMAGE TAG [OPTION OF buildah bud ...]
#   deploy/build-with-buildah.sh docker.io/library/python:3.11-slim-bookworm localhost/image-drift
#
# What pip needs to reach its index (a certificate, a configuration) is mounted while building, and
# its contents are not in the image afterwards:
#
#   ... --volume /etc/ssl/certs:/etc/ssl/certs:ro --volume /etc/pip.conf:/etc/pip.conf:ro
#
# Where images are stored is buildah's own configuration, or BUILDAH_ROOT and BUILDAH_RUNROOT.
set -eu

if [ $# -lt 2 ]; then
    echo "usage: $0 BASE_IMAGE TAG [OPTION OF buildah bud ...]" >&2
    exit 2
fi
base_image=$1
tag=$2
shift 2

exec buildah --storage-driver vfs \
    ${BUILDAH_ROOT:+--root "$BUILDAH_ROOT"} ${BUILDAH_RUNROOT:+--runroot "$BUILDAH_RUNROOT"} \
    bud --isolation chroot --layers \
    --build-arg "BASE_IMAGE=$base_image" --tag "$tag" "$@" \
    "$(dirname "$0")/.."
