/** Arbitrary dynamic channel PDUs. */
import fc from 'fast-check';
import type { DvcClientPdu, DvcServerPdu } from '../../../src/rdp/dvc/dvc-pdu.js';

const bits = fc.integer({ min: 0, max: 3 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 30 });

function ofWidth(width: 0 | 1 | 2): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: [0xff, 0xffff, 0xffff_ffff][width] ?? 0 });
}

const width = fc.constantFrom<0 | 1 | 2>(0, 1, 2);
const id = width.chain((cbId) => ofWidth(cbId).map((channelId) => ({ cbId, channelId })));
const length = width.chain((len) => ofWidth(len).map((value) => ({ len, length: value })));

const dataFirst = fc
  .tuple(id, length, fc.boolean(), bytes)
  .map(([a, b, compressed, data]) => ({ kind: 'data-first' as const, ...a, ...b, compressed, data }));
const data = fc
  .tuple(id, bits, fc.boolean(), bytes)
  .map(([a, sp, compressed, value]) => ({ kind: 'data' as const, ...a, sp, compressed, data: value }));
const close = fc.tuple(id, bits).map(([a, sp]) => ({ kind: 'close' as const, ...a, sp }));

const charges = fc.tuple(u16, u16, u16, u16);
const capabilitiesRequest = fc.oneof(
  bits.map((sp) => ({ kind: 'capabilities-request' as const, sp, version: 1, priorityCharges: null })),
  fc.record({
    kind: fc.constant('capabilities-request' as const),
    sp: bits,
    version: fc.integer({ min: 2, max: 0xffff }),
    priorityCharges: charges,
  }),
);
const name = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const createRequest = fc
  .tuple(id, bits, name, fc.uint8Array({ maxLength: 3 }))
  .map(([a, pri, channelName, trailing]) => ({ kind: 'create-request' as const, ...a, pri, channelName, trailing }));
const softSyncRequest = fc
  .array(fc.record({ tunnelType: u32, channelIds: fc.array(u32, { maxLength: 3 }) }), { minLength: 1, maxLength: 3 })
  .map((channelLists) => ({
    kind: 'soft-sync-request' as const,
    flags: 3,
    numberOfTunnels: channelLists.length,
    channelLists,
  }));

export const serverPdu: fc.Arbitrary<DvcServerPdu> = fc.oneof(
  dataFirst,
  data,
  close,
  capabilitiesRequest,
  createRequest,
  softSyncRequest,
);

const createResponse = fc
  .tuple(id, bits, fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }))
  .map(([a, sp, creationStatus]) => ({ kind: 'create-response' as const, ...a, sp, creationStatus }));

export const clientPdu: fc.Arbitrary<DvcClientPdu> = fc.oneof(
  dataFirst,
  data,
  close,
  createResponse,
  fc.record({ kind: fc.constant('capabilities-response' as const), sp: bits, version: u16 }),
  fc.record({ kind: fc.constant('soft-sync-response' as const), tunnelsToSwitch: fc.array(u32, { maxLength: 2 }) }),
);
