#!/bin/sh
# A build step of the kind "Command Line" on an agent with a container engine. The parameters
# env.CLOUDFLARE_API_TOKEN and env.SIGNING_KEY are of the type Password, env.CLOUDFLARE_ACCOUNT_ID is
# a plain one. Limit the build configuration to one running build. Later steps read
# %env.WORKERS_DEPLOY_DEPLOYMENT_URL%.
set -eu

: "${IMAGE:=workers-deploy:1}"
: "${CLOUDFLARE_API_TOKEN:?is not set}"
: "${SIGNING_KEY:?is not set}"

exec docker run --rm \
  --volume "$PWD:/workspace" --workdir /workspace --user "$(id -u):$(id -g)" \
  --env TEAMCITY_VERSION --env BUILD_URL \
  --env CLOUDFLARE_API_TOKEN --env CLOUDFLARE_ACCOUNT_ID --env CLOUDFLARE_API_BASE_URL \
  --env INPUT_SECRETS=SIGNING_KEY --env SIGNING_KEY \
  "$IMAGE" deploy --probe /api/hello
