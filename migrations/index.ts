/** All migrations by name, in the order in which they run. A name that was released is never changed or removed. */
import type { Migration } from 'kysely';
import * as initial from './0001-initial.js';
import * as policyFacts from './0002-policy-facts.js';
import * as identity from './0003-identity.js';
import * as oneTimePasswords from './0004-one-time-passwords.js';
import * as credentials from './0005-credentials.js';
import * as targetChannels from './0006-target-channels.js';
import * as shareableLinks from './0007-shareable-links.js';
import * as withheldRecordings from './0008-withheld-recordings.js';

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-policy-facts': policyFacts,
  '0003-identity': identity,
  '0004-one-time-passwords': oneTimePasswords,
  '0005-credentials': credentials,
  '0006-target-channels': targetChannels,
  '0007-shareable-links': shareableLinks,
  '0008-withheld-recordings': withheldRecordings,
};
