/** Soft-Sync Response, [MS-RDPEDYC] 2.2.5.2: the tunnels on which the client will write. */
import type { Reader } from '../wire/reader.js';
import { DvcCommand, dvcWriter } from './dvc-header.js';

/** There are two types of tunnel. */
const MAX_TUNNELS = 2;

export interface SoftSyncResponse {
  /** Types of the tunnels; none when the client stays where it is. */
  readonly tunnelsToSwitch: readonly number[];
}

/** Reads what follows the header. */
export function decodeSoftSyncResponse(reader: Reader): SoftSyncResponse {
  reader.skip(1);
  const numberOfTunnels = reader.u32();
  if (numberOfTunnels > MAX_TUNNELS) throw reader.error('limit', `${numberOfTunnels} tunnels`);
  return { tunnelsToSwitch: Array.from({ length: numberOfTunnels }, () => reader.u32()) };
}

export function encodeSoftSyncResponse(value: SoftSyncResponse): Uint8Array {
  const writer = dvcWriter(DvcCommand.softSyncResponse).u8(0).u32(value.tunnelsToSwitch.length);
  for (const tunnel of value.tunnelsToSwitch) writer.u32(tunnel);
  return writer.finish();
}
