/** A US keyboard: scancodes of set 1 and the characters that they type. */

/** Plain and shifted characters by scancode, in the order of the scancodes from each row's first. */
const ROWS: readonly (readonly [firstScancode: number, plain: string, shifted: string])[] = [
  [0x02, '1234567890-=\b', '!@#$%^&*()_+\b'],
  [0x10, 'qwertyuiop[]\n', 'QWERTYUIOP{}\n'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [0x39, ' ', ' '],
];
/** Between the row of A and the row of Z lies the left shift key, 0x2a. */
export const LEFT_SHIFT = 0x2a;
const RIGHT_SHIFT = 0x36;
const CAPS_LOCK = 0x3a;

interface Key {
  readonly plain: string;
  readonly shifted: string;
}

export interface KeyStroke {
  readonly scancode: number;
  readonly shift: boolean;
}

const KEYS = new Map<number, Key>();
const STROKES = new Map<string, KeyStroke>();
for (const [firstScancode, plainRow, shiftedRow] of ROWS) {
  for (let index = 0; index < plainRow.length; index++) {
    const scancode = firstScancode + index;
    const key = { plain: plainRow.charAt(index), shifted: shiftedRow.charAt(index) };
    KEYS.set(scancode, key);
    STROKES.set(key.shifted, { scancode, shift: true });
    STROKES.set(key.plain, { scancode, shift: false });
  }
}

/** How to type a character; undefined for one that the keyboard does not have. */
export function strokeOf(character: string): KeyStroke | undefined {
  return STROKES.get(character);
}

/** Follows the keys that are held and says what is typed. */
export class Keyboard {
  readonly #heldShifts = new Set<number>();
  #capsLock = false;

  /** The client's lock keys, as its synchronize event tells them; all keys are up after it. */
  synchronize(capsLock: boolean): void {
    this.#capsLock = capsLock;
    this.#heldShifts.clear();
  }

  /** The character that a key types when it goes down: printable ASCII, `\n` or `\b`; null for none. */
  key(scancode: number, isReleased: boolean): string | null {
    if (scancode === LEFT_SHIFT || scancode === RIGHT_SHIFT) {
      if (isReleased) this.#heldShifts.delete(scancode);
      else this.#heldShifts.add(scancode);
      return null;
    }
    if (isReleased) return null;
    if (scancode === CAPS_LOCK) this.#capsLock = !this.#capsLock;
    const key = KEYS.get(scancode);
    if (key === undefined) return null;
    const isLetter = key.plain >= 'a' && key.plain <= 'z';
    const shifted = this.#heldShifts.size > 0 !== (isLetter && this.#capsLock);
    return shifted ? key.shifted : key.plain;
  }
}
