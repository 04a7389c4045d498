/** Progressive RemoteFX. An input is the number of a frame and a message; messages of one surface follow each other. */
import { ProgressiveDecoder } from '../../../recorder/decoders/progressive/progressive.js';
import { ProgressiveSurface } from '../../../recorder/decoders/progressive/surface.js';
import { subject, type Step, type Subject } from '../subject.js';
import { splitMessages } from '../../recorder/decoders/progressive/support.js';
import { fixture, fixtureIndex, joined } from '../../helpers/fixture-files.js';

/** All messages are for a surface of the largest picture: smaller ones cover a part of it. */
const SIDE = 128;

const framed = (message: Uint8Array, frame: number): Uint8Array => joined(Uint8Array.of(frame), message);

function open(): Step {
  const decoder = new ProgressiveDecoder();
  const surface = new ProgressiveSurface(SIDE, SIDE);
  const target = { words: new Uint32Array(SIDE * SIDE), width: SIDE, height: SIDE };
  return (input) => {
    const { lost } = decoder.decode(input.subarray(1), input[0] ?? 0, surface, target);
    return lost.length > 0 ? 'refused' : 'decoded';
  };
}

export function progressiveSubjects(): Subject[] {
  const singlePass = fixtureIndex<{ readonly compressed: string }>('progressive/libfreerdp/index.json');
  const passes = fixtureIndex<{ readonly name: string }>('progressive/passes/index.json');
  const streams = [
    ...singlePass.map(({ compressed }) => [framed(fixture(`progressive/libfreerdp/${compressed}`), 1)]),
    ...passes.map(({ name }) => splitMessages(fixture(`progressive/passes/${name}.bin.gz`)).map(framed)),
  ];
  return [subject({ name: 'progressive', batchInputs: 24, mutatedShare: 0.6, streams, open })];
}
