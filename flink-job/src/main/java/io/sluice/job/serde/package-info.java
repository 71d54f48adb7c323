/** How this job's records and state become bytes, and how those bytes outlive a new version. */
package io.sluice.job.serde;
