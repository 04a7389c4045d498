/** What a password has to be. Length is what counts (NIST SP 800-63B, 5.1.1.2); what is trivial in spite of it is refused. */

export const PASSWORD_MIN_LENGTH = 12;
/** Longer ones are not read: hashing them would be somebody else's decision. */
export const PASSWORD_MAX_LENGTH = 256;
const MIN_DIFFERENT_CHARACTERS = 5;

/** A sentence that says what is wrong with a password; null when nothing is. Never repeats the password. */
export function passwordFault(password: string, userName: string): string | null {
  const characters = Array.from(password.normalize('NFKC'));
  if (characters.length < PASSWORD_MIN_LENGTH) {
    return `A password has ${PASSWORD_MIN_LENGTH} characters or more; this one has ${characters.length}.`;
  }
  if (characters.length > PASSWORD_MAX_LENGTH) return `A password has ${PASSWORD_MAX_LENGTH} characters at most.`;
  if (new Set(characters).size < MIN_DIFFERENT_CHARACTERS) {
    return `A password has ${MIN_DIFFERENT_CHARACTERS} different characters or more.`;
  }
  if (isNameAgain(password.toLowerCase(), userName.toLowerCase())) {
    return 'A password must not be made of the user name.';
  }
  return null;
}

/** The name, repeated or with a few characters added. */
function isNameAgain(password: string, userName: string): boolean {
  if (userName.length < 3) return false;
  return password.replaceAll(userName, '').length < MIN_DIFFERENT_CHARACTERS;
}
