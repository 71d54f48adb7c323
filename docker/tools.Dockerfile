# The sluice command with all that it can do: dataset, membership, select, report, bench, demo.
ARG MAVEN_IMAGE=maven:3.9.11-eclipse-temurin-17
ARG JAVA_IMAGE=eclipse-temurin:17-jre-noble

FROM ${MAVEN_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -Pdist -pl local -am -Dmaven.test.skip package

FROM ${JAVA_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sluice/tools" \
      org.opencontainers.image.description="The command of Sluice" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_VERSION=2.7.1 \
    PYTORCH_FLAVOR=cpu \
    DJL_CACHE_DIR=/tmp/djl \
    HOME=/tmp \
    PATH=/opt/sluice/bin:$PATH
COPY --from=build /src/trainer-agent/target/dist/libtorch /opt/libtorch/lib
COPY --from=build /src/local/target/dist/lib /opt/sluice/lib
COPY --from=build /src/local/target/dist/bin /opt/sluice/bin
COPY --from=build /src/local/target/dist/app /opt/sluice/app
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["/opt/sluice/bin/sluice"]
CMD ["--help"]
