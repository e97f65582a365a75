# Targets: cpu (the default) and cuda. docker build --target cuda --tag factorbench:cuda .
ARG NODE_IMAGE=node:22.22.2-bookworm-slim

FROM ${NODE_IMAGE} AS tools
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends g++ python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
ENV FACTORBENCH_CACHE=/opt/factorbench
WORKDIR /factorbench
# What decides the dependencies, the TensorFlow library and the binding. Their layers stay when only other sources change.
COPY .npmrc package.json package-lock.json tsconfig.json tsconfig.build.json ./
COPY harness/setup harness/setup

# Once the binding is compiled, nothing reads TensorFlow's headers and archives.
FROM tools AS cpu-build
RUN node harness/setup/start.mjs setup --device cpu && rm -rf /opt/factorbench/*/tensorflow/include
COPY . .
RUN node harness/setup/start.mjs setup --device cpu

FROM tools AS cuda-build
RUN node harness/setup/start.mjs setup --device gpu && rm -rf /opt/factorbench/*/tensorflow/include
COPY . .
RUN node harness/setup/start.mjs setup --device gpu

FROM ${NODE_IMAGE} AS runtime
ENV FACTORBENCH_CACHE=/opt/factorbench
WORKDIR /factorbench
# The places to mount: data sets, and what a run writes.
RUN mkdir -p data reports/out && chown node:node data reports/out
ENTRYPOINT ["node", "/factorbench/harness/setup/start.mjs"]
CMD ["list"]

FROM runtime AS cuda
# What NVIDIA's container toolkit is to mount: the driver's compute libraries, and nvidia-smi.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=cuda-build /opt/factorbench /opt/factorbench
COPY --from=cuda-build /factorbench /factorbench
USER node
RUN node harness/setup/doctor.mjs --device gpu

FROM runtime AS cpu
COPY --from=cpu-build /opt/factorbench /opt/factorbench
COPY --from=cpu-build /factorbench /factorbench
USER node
# A container that cannot train is not built. Later nothing changes, and a repeated check would disturb measurements.
RUN node harness/setup/doctor.mjs --device cpu
