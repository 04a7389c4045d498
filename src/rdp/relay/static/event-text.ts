/** Names that a peer chose, as they may stand in an event: short, and without what a terminal or a page would obey. */

const MAX_NAME_CHARACTERS = 260;
const MAX_LISTED_NAMES = 20;

/** Control characters, line and paragraph separators, marks that turn the direction of text, and half of a character. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export function eventName(name: string): string {
  const fit = name.replace(UNFIT, '\u{fffd}');
  return fit.length <= MAX_NAME_CHARACTERS ? fit : `${fit.slice(0, MAX_NAME_CHARACTERS - 1)}…`;
}

/** The first names, separated by " | ", which no file name has in it. */
export function eventNames(names: readonly string[]): string {
  const listed = names.slice(0, MAX_LISTED_NAMES).map(eventName).join(' | ');
  return names.length > MAX_LISTED_NAMES ? `${listed} | …` : listed;
}
