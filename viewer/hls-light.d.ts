/** The light build has the same interface; its package declares types for the full one only. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
