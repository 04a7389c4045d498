/** Names by which people sign in: in lower case, so that two people never differ by case alone. */

export const USER_NAME_MAX_LENGTH = 100;
/** No blanks and no control or format characters: nobody can look like somebody else by them. */
export const USER_NAME_PATTERN = '^[^\\s\\p{C}]{1,100}$';
export const DISPLAY_NAME_PATTERN = '^[^\\p{C}]{1,100}$';

export function normaliseUserName(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

export function isUserName(text: string): boolean {
  return new RegExp(USER_NAME_PATTERN, 'u').test(text);
}

export function isDisplayName(text: string): boolean {
  return new RegExp(DISPLAY_NAME_PATTERN, 'u').test(text);
}
