/** Icons of the player, drawn in the current colour on a 24 x 24 grid. */

const PATHS = {
  play: 'M7 4.500v15l13-7.500z',
  pause: 'M7 5h3.500v14H7zM13.500 5H17v14h-3.500z',
  back: 'M11 6 3.500 12l7.500 6zM20 6l-7.500 6 7.500 6z',
  forward: 'M13 6l7.500 6-7.500 6zM4 6l7.500 6L4 18z',
  fullscreen: 'M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
