# A trainer agent and what it needs; with --target cuda on PyTorch's own CUDA image.
ARG MAVEN_IMAGE=maven:3.9.11-eclipse-temurin-17
ARG JAVA_IMAGE=eclipse-temurin:17-jre-noble
ARG PYTORCH_IMAGE=pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime

FROM ${MAVEN_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -Pdist -pl local -am -Dmaven.test.skip package

FROM ${JAVA_IMAGE} AS java

FROM ${PYTORCH_IMAGE} AS cuda
COPY --from=java /opt/java/openjdk /opt/java/openjdk
# Where PyTorch lies depends on its Python. DJL asks CUDA's runtime for the GPUs by its plain name, which
# PyTorch's copy does not have.
RUN torch="$(python -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')" \
    && grep "__version__ = '2\.7\.1" "$torch/version.py" \
    && ln -s "$torch" /opt/libtorch \
    && test -f /opt/libtorch/lib/libtorch_cuda.so \
    && mkdir /opt/cudart \
    && ln -s "$(dirname "$torch")/nvidia/cuda_runtime/lib/libcudart.so.12" /opt/cudart/libcudart.so \
    && test -f /opt/cudart/libcudart.so
ENV PYTORCH_FLAVOR=cu128 \
    JAVA_HOME=/opt/java/openjdk \
    PATH=/opt/java/openjdk/bin:$PATH \
    LD_LIBRARY_PATH=/opt/cudart${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
# From here on as for the CPU.
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sluice/trainer-agent-cuda" \
      org.opencontainers.image.description="A trainer agent of Sluice, for NVIDIA GPUs" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_VERSION=2.7.1 \
    DJL_CACHE_DIR=/tmp/djl \
    HOME=/tmp \
    PATH=/opt/sluice/bin:$PATH
RUN install -d -o 10001 -g 10001 /data /checkpoints
COPY --from=build /src/trainer-agent/target/dist/lib /opt/sluice/lib
COPY --from=build /src/trainer-agent/target/dist/bin /opt/sluice/bin
COPY --from=build /src/trainer-agent/target/dist/app /opt/sluice/app
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["/opt/sluice/bin/sluice", "agent"]
CMD ["--help"]
EXPOSE 9400

FROM java AS cpu
COPY --from=build /src/trainer-agent/target/dist/libtorch /opt/libtorch/lib
ENV PYTORCH_FLAVOR=cpu
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sluice/trainer-agent" \
      org.opencontainers.image.description="A trainer agent of Sluice" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# DJL downloads nothing: libtorch is where the path says, and the rest is in its jars. What it unpacks
# goes to /tmp, the only folder besides the two below that is written to.
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_VERSION=2.7.1 \
    DJL_CACHE_DIR=/tmp/djl \
    HOME=/tmp \
    PATH=/opt/sluice/bin:$PATH
RUN install -d -o 10001 -g 10001 /data /checkpoints
COPY --from=build /src/trainer-agent/target/dist/lib /opt/sluice/lib
COPY --from=build /src/trainer-agent/target/dist/bin /opt/sluice/bin
COPY --from=build /src/trainer-agent/target/dist/app /opt/sluice/app
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["/opt/sluice/bin/sluice", "agent"]
CMD ["--help"]
EXPOSE 9400
