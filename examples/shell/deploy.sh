#!/bin/sh
# Deploys the Worker of this folder from any machine with a container engine.
#
#   CLOUDFLARE_API_TOKEN=… CLOUDFLARE_ACCOUNT_ID=… SIGNING_KEY=… ./deploy.sh [COMMAND] [OPTION…]
#
# Values are handed over by name only: nothing secret stands in a process list.
set -eu

: "${IMAGE:=workers-deploy:1}"
: "${CLOUDFLARE_API_TOKEN:?is not set}"
: "${SIGNING_KEY:?is not set}"
[ "$#" -gt 0 ] || set -- deploy

exec docker run --rm \
  --volume "$PWD:/workspace" --workdir /workspace --user "$(id -u):$(id -g)" \
  --env CLOUDFLARE_API_TOKEN --env CLOUDFLARE_ACCOUNT_ID --env CLOUDFLARE_API_BASE_URL \
  --env INPUT_SECRETS=SIGNING_KEY --env SIGNING_KEY \
  "$IMAGE" "$@"
