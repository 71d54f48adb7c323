/** What a broker that asks who somebody is, and what they may do, means for everybody of a run. */
package io.sluice.security;
