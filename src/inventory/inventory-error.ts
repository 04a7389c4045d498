/** Why a change of the inventory cannot be made; what is typed has its form already. */
export type InventoryErrorCode =
  'no-such-target' | 'no-such-assignment' | 'name-taken' | 'resource-taken' | 'assignment-exists' | 'inconsistent';

/** The message says what and what to do. */
export class InventoryError extends Error {
  override readonly name = 'InventoryError';
  readonly code: InventoryErrorCode;

  constructor(code: InventoryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
