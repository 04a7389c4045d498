/** How the fields of one primary drawing order are laid out, [MS-RDPEGDI] 2.2.2.2.1.1.2. */
import type { FieldReader } from './field-reader.js';

export interface PrimaryOrder<T> {
  /** Name of the structure in errors. */
  readonly structure: string;
  /** The field orderType. */
  readonly orderType: number;
  /** All fields as they are before the first order. */
  readonly initial: () => T;
  /** What each bit of fieldFlags stands for, the lowest first: takes the field's new value. */
  readonly fields: readonly ((order: T, reader: FieldReader) => void)[];
}
