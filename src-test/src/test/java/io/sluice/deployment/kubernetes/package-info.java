/**
 * The manifests in k8s/ and docker/compose.yaml, read strictly and held against each other and
 * against the code.
 */
package io.sluice.deployment.kubernetes;
