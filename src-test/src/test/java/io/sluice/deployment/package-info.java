/** What the repository ships to run Sluice: images, compose and cluster manifests. */
package io.sluice.deployment;
