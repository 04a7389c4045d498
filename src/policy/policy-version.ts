/** Version of the rules in this folder; part of every decision and of what a permit says. */
export const POLICY_VERSION = 1;
