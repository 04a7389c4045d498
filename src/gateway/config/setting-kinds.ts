/** Kinds of settings: what is allowed, and how text becomes a value. */

/** A setting that the gateway cannot start with: which, what it was, what is allowed. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(key: string, value: string, allowed: string) {
    super(`${key} is "${value}"; allowed: ${allowed}`);
  }
}

export interface Kind<Value> {
  readonly allowed: string;
  /** The value is not told, not even when it is wrong. */
  readonly secret?: true;
  /** The value, or undefined when the text is not allowed. */
  readonly parse: (text: string) => Value | undefined;
}

export interface Definition<Value> extends Kind<Value> {
  readonly key: string;
  readonly default: string;
  readonly purpose: string;
}

export function setting<Value>(key: string, kind: Kind<Value>, standard: string, purpose: string): Definition<Value> {
  return { ...kind, key, default: standard, purpose };
}

export function integer(least: number, most: number, unit = ''): Kind<number> {
  return {
    allowed: `a whole number from ${least} to ${most}${unit === '' ? '' : ` (${unit})`}`,
    parse: (text) => {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
  };
}

export function oneOf<const Value extends string>(values: readonly Value[]): Kind<Value> {
  return { allowed: values.join(', '), parse: (text) => values.find((value) => value === text) };
}

export const text = (allowed: string, pattern: RegExp): Kind<string> => ({
  allowed,
  parse: (value) => (pattern.test(value) ? value : undefined),
});

export const port = integer(0, 65_535, '0 takes a free one');
export const host = text('a host name or an IP address', /^[A-Za-z0-9.:_-]+$/);
export const flag: Kind<boolean> = {
  allowed: 'on, off',
  parse: (value) => (value === 'on' ? true : value === 'off' ? false : undefined),
};
