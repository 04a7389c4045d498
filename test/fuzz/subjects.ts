/** Everything that is fuzzed, by name. */
import type { Subject } from './subject.js';
import { avcSubjects } from './subjects/avc.js';
import { bitmapSubjects } from './subjects/bitmaps.js';
import { captureSubjects } from './subjects/capture.js';
import { clearCodecSubjects } from './subjects/clearcodec.js';
import { compressionSubjects } from './subjects/compression.js';
import { connectionSubjects } from './subjects/connection-pdus.js';
import { dynamicSubjects } from './subjects/dynamic-pdus.js';
import { nlaSubjects } from './subjects/nla.js';
import { orderSubjects } from './subjects/orders.js';
import { pictureSubjects } from './subjects/picture.js';
import { pointerSubjects } from './subjects/pointers.js';
import { progressiveSubjects } from './subjects/progressive.js';
import { relaySubjects } from './subjects/relay.js';
import { sequenceSubjects } from './subjects/sequences.js';
import { sessionSubjects } from './subjects/session-pdus.js';
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
      ...sessionSubjects(),
      ...updateSubjects(),
      ...dynamicSubjects(),
      ...sequenceSubjects(),
      ...relaySubjects(),
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
