/** DomainMCSPDU of ITU-T T.125 section 7 part 7: the choice is in the six high bits of the first byte. */
export const ERECT_DOMAIN_REQUEST = 1;
export const DISCONNECT_PROVIDER_ULTIMATUM = 8;
export const ATTACH_USER_REQUEST = 10;
export const ATTACH_USER_CONFIRM = 11;
export const CHANNEL_JOIN_REQUEST = 14;
export const CHANNEL_JOIN_CONFIRM = 15;
export const SEND_DATA_REQUEST = 25;
export const SEND_DATA_INDICATION = 26;

/** `result` of a response or confirm that grants what was asked; other values are reasons of refusal (T.125 Result). */
export const RT_SUCCESSFUL = 0;

/** In confirms: the optional last field is present. */
const OPTION_PRESENT = 0x02;

/** First byte of a PDU: the choice above two bits of its own. */
export function choiceByte(choice: number, low = 0): number {
  return (choice << 2) | low;
}

/** The bits that a confirm packs behind its choice: an option bit and a 4-bit result that spans two bytes. */
export function unpackResult(first: number, second: number): { readonly result: number; readonly option: boolean } {
  return { result: ((first & 0x01) << 3) | (second >> 5), option: (first & OPTION_PRESENT) !== 0 };
}

/** The two bytes that `unpackResult` takes apart. Throws RangeError for a result above 15. */
export function packResult(choice: number, result: number, option: boolean): readonly [number, number] {
  if (result < 0 || result > 15) throw new RangeError(`MCS result ${result}`);
  return [choiceByte(choice, (option ? OPTION_PRESENT : 0) | (result >> 3)), (result & 0x07) << 5];
}
