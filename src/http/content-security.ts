/** What the gateway's pages may do: everything from here, nothing in line. The desktop's page may do a little more. */

type Directives = Record<string, Iterable<string>>;

/** Of every page and answer but one. */
export const CONTENT_SECURITY: Directives = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  connectSrc: ["'self'"],
  // hls.js plays from a MediaSource and runs its demuxer in a worker: both are blob: addresses.
  mediaSrc: ["'self'", 'blob:'],
  workerSrc: ["'self'", 'blob:'],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  objectSrc: ["'none'"],
};

/** The one style sheet that @devolutions/iron-remote-desktop puts into its element. A test compares it with the package. */
export const COMPONENT_STYLE_HASH = "'sha256-UEQQwcFRd1bhGGwv7iDA6ItaadRXeJK+pzLA0vzkNm8='";

/** Of the page that shows a desktop: the RDP client is WebAssembly, and its element sizes itself by style attributes. */
export const DESKTOP_CONTENT_SECURITY: Directives = {
  ...CONTENT_SECURITY,
  scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
  styleSrcElem: ["'self'", COMPONENT_STYLE_HASH],
  styleSrcAttr: ["'unsafe-inline'"],
  mediaSrc: ["'none'"],
  workerSrc: ["'none'"],
};
