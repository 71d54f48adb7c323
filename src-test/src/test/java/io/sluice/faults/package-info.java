/** Real processes and clusters, broken on purpose; the selections have to come out the same. */
package io.sluice.faults;
