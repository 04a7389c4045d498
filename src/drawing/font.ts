/**
 * The program's own typeface: printable ASCII in cells of 8 x 16 pixels, drawn for this program. A glyph is the row
 * it starts at, then one byte a row as two hexadecimal digits, the most significant bit on the left. Capitals stand on
 * rows 3 to 11, small letters on rows 5 to 11, descenders reach row 14.
 */

export const GLYPH_WIDTH = 8;
export const GLYPH_HEIGHT = 16;

const FIRST_CHARACTER = 0x20;
const REPLACEMENT_CHARACTER = '?';

/** In the order of the code points from U+0020 to U+007E. */
const GLYPHS: readonly (readonly [firstRow: number, rows: string])[] = [
  [0, ''], // space
  [3, '101010101010001010'], // !
  [2, '282828'], // "
  [3, '28287c2828287c2828'], // #
  [2, '103c50503814147810'], // $
  [3, '646408081020204c4c'], // %
  [3, '304848502054484834'], // &
  [2, '101010'], // '
  [2, '0810102020202020101008'], // (
  [2, '2010100808080808101020'], // )
  [4, '1054387c385410'], // *
  [5, '10107c1010'], // +
  [10, '18181020'], // ,
  [7, '7c'], // -
  [10, '1818'], // .
  [3, '040408081020204040'], // /
  [3, '3844444c5464444438'], // 0
  [3, '10305010101010107c'], // 1
  [3, '38440404081020407c'], // 2
  [3, '384404041804044438'], // 3
  [3, '0818282848487c0808'], // 4
  [3, '7c4040784404044438'], // 5
  [3, '384440407844444438'], // 6
  [3, '7c0404080810102020'], // 7
  [3, '384444443844444438'], // 8
  [3, '384444443c04044438'], // 9
  [6, '181800001818'], // :
  [6, '1818000018181020'], // ;
  [4, '04081020100804'], // <
  [6, '7c00007c'], // =
  [4, '20100804081020'], // >
  [3, '384404040810001010'], // ?
  [3, '3844445c54545c403c'], // @
  [3, '10282844447c444444'], // A
  [3, '784444447844444478'], // B
  [3, '384440404040404438'], // C
  [3, '704844444444444870'], // D
  [3, '7c404040784040407c'], // E
  [3, '7c4040407840404040'], // F
  [3, '38444040404c444438'], // G
  [3, '444444447c44444444'], // H
  [3, '381010101010101038'], // I
  [3, '1c0808080808084830'], // J
  [3, '444448506050484444'], // K
  [3, '40404040404040407c'], // L
  [3, '446c6c545444444444'], // M
  [3, '44646454544c4c4444'], // N
  [3, '384444444444444438'], // O
  [3, '784444447840404040'], // P
  [3, '384444444444544834'], // Q
  [3, '784444447850484444'], // R
  [3, '384440403804044438'], // S
  [3, '7c1010101010101010'], // T
  [3, '444444444444444438'], // U
  [3, '444444442828281010'], // V
  [3, '444444445454542828'], // W
  [3, '444428281028284444'], // X
  [3, '444428281010101010'], // Y
  [3, '7c040808102020407c'], // Z
  [2, '3820202020202020202038'], // [
  [3, '404020201008080404'], // backslash
  [2, '3808080808080808080838'], // ]
  [2, '102844'], // ^
  [13, 'fe'], // _
  [2, '201008'], // `
  [5, '3804043c44443c'], // a
  [3, '404058644444446458'], // b
  [5, '38444040404438'], // c
  [3, '0404344c4444444c34'], // d
  [5, '3844447c404438'], // e
  [3, '182420207020202020'], // f
  [5, '344c44444c34044438'], // g
  [3, '404058644444444444'], // h
  [3, '100030101010101038'], // i
  [3, '0800180808080808084830'], // j
  [3, '404044485060504844'], // k
  [3, '301010101010101038'], // l
  [5, '68545454545454'], // m
  [5, '58644444444444'], // n
  [5, '38444444444438'], // o
  [5, '58644444446458404040'], // p
  [5, '344c4444444c34040404'], // q
  [5, '58644040404040'], // r
  [5, '38444038044438'], // s
  [3, '202070202020202418'], // t
  [5, '44444444444c34'], // u
  [5, '44444428281010'], // v
  [5, '44445454542828'], // w
  [5, '44442810284444'], // x
  [5, '444444444c34044438'], // y
  [5, '7c04081020407c'], // z
  [2, '0c1010101020101010100c'], // {
  [2, '1010101010101010101010'], // |
  [2, '6010101010081010101060'], // }
  [7, '245448'], // ~
];

/** 16 bytes a glyph, one a row. */
const ROWS = expand();

function expand(): Uint8Array {
  const rows = new Uint8Array(GLYPHS.length * GLYPH_HEIGHT);
  for (const [index, [firstRow, hex]] of GLYPHS.entries()) {
    for (let row = 0; row * 2 < hex.length; row++) {
      rows[index * GLYPH_HEIGHT + firstRow + row] = Number.parseInt(hex.slice(row * 2, row * 2 + 2), 16);
    }
  }
  return rows;
}

/** True when the typeface has the character. */
export function hasGlyph(character: string): boolean {
  const index = character.charCodeAt(0) - FIRST_CHARACTER;
  return character.length === 1 && index >= 0 && index < GLYPHS.length;
}

/** The 16 rows of a character's glyph; a question mark for one that the typeface does not have. */
export function glyphRows(character: string): Uint8Array {
  const known = hasGlyph(character) ? character : REPLACEMENT_CHARACTER;
  const start = (known.charCodeAt(0) - FIRST_CHARACTER) * GLYPH_HEIGHT;
  return ROWS.subarray(start, start + GLYPH_HEIGHT);
}
