/** Colours of the demo desktop, 0xRRGGBB. */
export const THEME = {
  windowFrame: 0x1d2b3a,
  titleBar: 0x2f6fb3,
  titleText: 0xffffff,
  closeButton: 0xc8423b,
  terminalGround: 0x10161c,
  terminalText: 0x9fe0a8,
  notesGround: 0xfdfcf4,
  notesText: 0x20242a,
  activityGround: 0xf2f4f7,
  activityGrid: 0xd5dbe3,
  activityBar: 0x3f8f5f,
  taskbar: 0x263340,
  taskbarText: 0xe8edf2,
} as const;

/** Colour of the desktop's ground in row `y` of `height`: dark blue at the top, teal at the bottom. */
export function groundColor(y: number, height: number): number {
  const part = height <= 1 ? 0 : y / (height - 1);
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * part);
  return (mix(0x24, 0x3d) << 16) | (mix(0x3c, 0x8a) << 8) | mix(0x5e, 0x94);
}
