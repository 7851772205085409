# wgrad as two images, which need no CUDA: NVIDIA's Vulkan library comes from the host, by its container toolkit.
#
#   docker build --target gpu --tag wgrad:gpu .     for a host with an NVIDIA GPU
#   docker build --target cpu --tag wgrad:cpu .     with Mesa's software GPU
#
# deploy/docker/README.md says how they are run. BASE is as new as Debian has it, since the host's driver asks for the
# glibc of the host's system.
ARG BASE=debian:trixie-slim
ARG NODE=node:22-trixie-slim

# hadolint ignore=DL3006
FROM ${NODE} AS build
ARG DENO_VERSION=2.9.6
RUN npm install --global --no-fund --no-audit "deno@${DENO_VERSION}"
WORKDIR /src
# Packages change seldom: a layer of their own.
COPY deno.json deno.lock deno.onnx.json deno.onnx.lock ./
RUN deno install --quiet --frozen --config deno.onnx.json
COPY . .
ARG COMMIT=""
# What changes with each commit goes apart, so that the large layers stay.
RUN deno task dist --dawn --out /opt/wgrad && echo "${COMMIT}" > /opt/wgrad/COMMIT && \
    mkdir -p /opt/rest/wgrad && \
    for name in COMMIT LICENSE LICENSES_OF_PACKAGES.txt conf deno.json lib wgrad; do \
      mv "/opt/wgrad/$name" /opt/rest/wgrad || exit 1; done && \
    install -m 755 /src/deploy/docker/entrypoint.sh /opt/rest/entrypoint.sh && \
    install -m 755 /src/deploy/sweep_job.sh /opt/rest/sweep_job.sh && \
    install -m 644 /src/deploy/docker/nvidia_egl.json /opt/rest/nvidia_egl.json

# What NVIDIA's library loads: the Vulkan loader, libglvnd and the X extensions. Of libglvnd only the libraries are taken,
# because its packages ask for Mesa.
# hadolint ignore=DL3006
FROM ${BASE} AS gpu
WORKDIR /tmp/glvnd
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends libvulkan1 libxext6 libturbojpeg0 && \
    apt-get download libglvnd0 libegl1 libglx0 libgl1 && \
    for package in *.deb; do dpkg --extract "$package" / || exit 1; done && \
    ldconfig && rm -rf /tmp/glvnd /var/lib/apt/lists/* /var/cache/apt/*.bin /usr/share/doc/*
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,graphics,utility
COPY --from=build /opt/wgrad/bin /opt/wgrad/bin
COPY --from=build /opt/wgrad/node_modules /opt/wgrad/node_modules
COPY --from=build /opt/wgrad/assets /opt/wgrad/assets
COPY --from=build /opt/rest /opt
ENV DENO_DIR=/tmp/deno HOME=/tmp PATH=/opt/wgrad:/usr/local/bin:/usr/bin:/bin
# Data at /data, outputs, checkpoints and caches in /outputs.
WORKDIR /outputs
RUN mkdir /data && chmod 1777 /outputs
USER 1000:1000
STOPSIGNAL SIGTERM
EXPOSE 8080
ENTRYPOINT ["/opt/entrypoint.sh"]
CMD ["--help"]

# hadolint ignore=DL3006
FROM ${BASE} AS cpu
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers libturbojpeg0 && \
    find /usr/lib -name 'libvulkan_*.so' ! -name 'libvulkan_lvp.so' -delete && \
    find /usr/share/vulkan/icd.d -name '*.json' ! -name 'lvp*' -delete && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /usr/share/doc/*
COPY --from=build /opt/wgrad/bin /opt/wgrad/bin
COPY --from=build /opt/wgrad/node_modules /opt/wgrad/node_modules
COPY --from=build /opt/wgrad/assets /opt/wgrad/assets
COPY --from=build /opt/rest /opt
ENV DENO_DIR=/tmp/deno HOME=/tmp PATH=/opt/wgrad:/usr/local/bin:/usr/bin:/bin
WORKDIR /outputs
RUN mkdir /data && chmod 1777 /outputs
USER 1000:1000
STOPSIGNAL SIGTERM
EXPOSE 8080
ENTRYPOINT ["/opt/entrypoint.sh"]
CMD ["--help"]
