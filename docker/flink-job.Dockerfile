# The selection job on the official Flink image, for application mode.
ARG MAVEN_IMAGE=maven:3.9.11-eclipse-temurin-17
ARG FLINK_IMAGE=flink:2.2.1-java17

FROM ${MAVEN_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -Pdist -pl local -am -Dmaven.test.skip package

FROM ${FLINK_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sluice/flink-job" \
      org.opencontainers.image.description="Sluice's selection job on Apache Flink" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
USER root
# Checkpoints on S3 and what speaks like it (s3://); and a place for them on a volume.
RUN mkdir /opt/flink/plugins/s3-fs-presto \
    && ln -s /opt/flink/opt/flink-s3-fs-presto-*.jar /opt/flink/plugins/s3-fs-presto/s3.jar \
    && test -f /opt/flink/plugins/s3-fs-presto/s3.jar \
    && install -d -o 9999 -g 9999 /checkpoints
COPY --from=build /src/flink-job/target/sluice-flink-job-*-job.jar /opt/flink/usrlib/sluice-flink-job.jar
USER 9999:9999
# The base image's, said again: it writes Flink's settings from the environment, then runs Flink.
ENTRYPOINT ["/docker-entrypoint.sh"]
# What follows -- is for the job; Flink would take --config for its own --configDir.
CMD ["standalone-job", "--", "--config", "/etc/sluice/run.yaml"]
EXPOSE 6123 8081 9249
