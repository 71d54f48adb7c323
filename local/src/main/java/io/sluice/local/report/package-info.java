/** A page that shows what selection did in a run; and the parts to make other pages of. */
package io.sluice.local.report;
