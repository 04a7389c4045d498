/** The text that is typed into the demo desktop's notes window. */

/** Characters that are kept: enough to fill the window of a large desktop, and a bound for a client that types on. */
const MAX_CHARACTERS = 16_384;

/** Adds a character; `\b` takes the last one away, `\n` begins a line. */
export function typeInto(text: string, character: string): string {
  if (character === '\b') return text.slice(0, -1);
  return (text + character).slice(-MAX_CHARACTERS);
}

/** The last `rows` lines of the text as a window of `columns` characters shows them, with long lines broken. */
export function visibleLines(text: string, columns: number, rows: number): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    // A full line is followed by an empty one, so that there is a place for the caret.
    for (let start = 0; start <= line.length; start += columns) lines.push(line.slice(start, start + columns));
  }
  return lines.slice(-rows);
}
