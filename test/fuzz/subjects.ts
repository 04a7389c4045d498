/** Everything that is fuzzed, by name. */
import type { Subject } from './subject.js';
import { aadSubjects } from './subjects/aad.js';
import { avcSubjects } from './subjects/avc.js';
import { bitmapSubjects } from './subjects/bitmaps.js';
import { captureSubjects } from './subjects/capture.js';
import { clearCodecSubjects } from './subjects/clearcodec.js';
import { clipboardSubjects } from './subjects/clipboard.js';
import { compressionSubjects } from './subjects/compression.js';
import { connectionSubjects } from './subjects/connection-pdus.js';
import { driveSubjects } from './subjects/drives.js';
import { dynamicSubjects } from './subjects/dynamic-pdus.js';
import { kdcProxySubjects } from './subjects/kdc-proxy.js';
import { nlaSubjects } from './subjects/nla.js';
import { orderSubjects } from './subjects/orders.js';
import { pictureSubjects } from './subjects/picture.js';
import { pointerSubjects } from './subjects/pointers.js';
import { progressiveSubjects } from './subjects/progressive.js';
import { rdCleanPathSubjects } from './subjects/rdcleanpath.js';
import { relaySubjects } from './subjects/relay.js';
import { sequenceSubjects } from './subjects/sequences.js';
import { sessionSubjects } from './subjects/session-pdus.js';
import { staticChannelSubjects } from './subjects/static-channels.js';
import { traceSubjects } from './subjects/trace.js';
import { updateSubjects } from './subjects/update-pdus.js';

let subjects: ReadonlyMap<string, Subject> | null = null;

function byName(): ReadonlyMap<string, Subject> {
  subjects ??= new Map(
    [
      ...bitmapSubjects(),
      ...progressiveSubjects(),
      ...clearCodecSubjects(),
      ...avcSubjects(),
      ...compressionSubjects(),
      ...pointerSubjects(),
      ...orderSubjects(),
      ...pictureSubjects(),
      ...connectionSubjects(),
      ...nlaSubjects(),
      ...aadSubjects(),
      ...kdcProxySubjects(),
      ...rdCleanPathSubjects(),
      ...sessionSubjects(),
      ...updateSubjects(),
      ...dynamicSubjects(),
      ...sequenceSubjects(),
      ...relaySubjects(),
      ...clipboardSubjects(),
      ...driveSubjects(),
      ...staticChannelSubjects(),
      ...captureSubjects(),
      ...traceSubjects(),
    ].map((subject) => [subject.name, subject]),
  );
  return subjects;
}

export function allSubjects(): Subject[] {
  return [...byName().values()];
}

/** Throws RangeError for a name that no subject has. */
export function subjectNamed(name: string): Subject {
  const found = byName().get(name);
  if (found === undefined) throw new RangeError(`no subject "${name}": there are ${[...byName().keys()].join(', ')}`);
  return found;
}
