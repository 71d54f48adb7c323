/** An operator's commands: what is in the dataset, and who the ranks are. */
package io.sluice.local.control;
