/** Pictures whose tiles are encoded in passes. */
import { bandSizes, ComponentEncoder, forwardDwt, quantise, type Factors } from './encoder.js';
import { componentQuant, message, progressiveQuant, region, tile, upgrade, type TestRect } from './messages.js';

/** Red, green and blue of a pixel, 0 to 255. */
export type Picture = (x: number, y: number) => readonly [red: number, green: number, blue: number];

/** Y, Cb and Cr of a tile with five fractional bits, [MS-RDPRFX] 3.1.8.1.3; Y is centred on zero. */
function components(picture: Picture, tileX: number, tileY: number): number[][] {
  const planes: number[][] = [[], [], []];
  for (let i = 0; i < 4096; i += 1) {
    const [red, green, blue] = picture(64 * tileX + (i % 64), 64 * tileY + (i >> 6));
    const y = 0.299 * red + 0.587 * green + 0.114 * blue - 128;
    planes[0]?.push(Math.round(32 * y));
    planes[1]?.push(Math.round(32 * (-0.168935 * red - 0.331665 * green + 0.50059 * blue)));
    planes[2]?.push(Math.round(32 * (0.499813 * red - 0.418531 * green - 0.081282 * blue)));
  }
  return planes;
}

/** Encodes one tile of several frames. */
class TileSource {
  readonly #components: readonly ComponentEncoder[];
  readonly #reduced: boolean;
  readonly #x: number;
  readonly #y: number;

  constructor(x: number, y: number, reduced: boolean) {
    this.#x = x;
    this.#y = y;
    this.#reduced = reduced;
    this.#components = [0, 1, 2].map(() => new ComponentEncoder(bandSizes(reduced)));
  }

  first(
    picture: Picture,
    quant: Factors,
    positions: Factors,
    quality: number | undefined,
    difference: boolean,
  ): Uint8Array {
    const planes = components(picture, this.#x, this.#y);
    const [y = none, cb = none, cr = none] = this.#components.map((component, i) => {
      const coefficients = forwardDwt(planes[i] ?? [], this.#reduced);
      return component.first(quantise(coefficients, quant, bandSizes(this.#reduced)), positions, difference);
    });
    const kind = quality === undefined ? {} : { quality };
    return tile({ x: this.#x, y: this.#y, difference, ...kind }, [y, cb, cr]);
  }

  upgrade(positions: Factors, quality: number): Uint8Array {
    const parts = this.#components.flatMap((component) => {
      const { srl, raw } = component.upgrade(positions);
      return [srl, raw];
    });
    return upgrade({ x: this.#x, y: this.#y, quality }, parts);
  }
}

const none = new Uint8Array(0);

/** A surface's tiles, encoded whole in each message. */
export class SurfaceEncoder {
  readonly #tiles: readonly TileSource[];
  readonly #whole: TestRect;
  readonly #quant: Factors;
  readonly #chunks: readonly Factors[];
  readonly #reduced: boolean;

  /** `chunks` are the progressive tables, from coarse to fine. */
  constructor(width: number, height: number, quant: Factors, chunks: readonly Factors[], reduced = true) {
    this.#whole = [0, 0, width, height];
    this.#quant = quant;
    this.#chunks = chunks;
    this.#reduced = reduced;
    const columns = Math.ceil(width / 64);
    const count = columns * Math.ceil(height / 64);
    this.#tiles = Array.from(
      { length: count },
      (_, i) => new TileSource(i % columns, Math.floor(i / columns), reduced),
    );
  }

  /** All tiles in one pass. */
  simple(picture: Picture, difference = false): Uint8Array {
    return this.#message((source) => source.first(picture, this.#quant, full, undefined, difference));
  }

  /** All tiles down to a chunk; 255 for all bits. */
  first(picture: Picture, chunk: number, difference = false): Uint8Array {
    return this.#message((source) => source.first(picture, this.#quant, this.#chunk(chunk), chunk, difference));
  }

  upgrade(chunk: number): Uint8Array {
    return this.#message((source) => source.upgrade(this.#chunk(chunk), chunk));
  }

  #chunk(chunk: number): Factors {
    return this.#chunks[chunk] ?? full;
  }

  #message(encode: (source: TileSource) => Uint8Array): Uint8Array {
    const fields = {
      quants: [componentQuant(this.#quant)],
      progressiveQuants: this.#chunks.map((factors) => progressiveQuant(factors)),
      flags: this.#reduced ? 1 : 0,
    };
    return message(region([this.#whole], this.#tiles.map(encode), fields));
  }
}

const full: Factors = Array.from({ length: 10 }, () => 0);

/** A soft gradient with edges and strokes as text has them; `shift` moves it. */
export function testPicture(shift: number): Picture {
  return (x, y) => {
    const stroke = (x + 3 * shift) % 11 < 2 && y % 17 > 5 && y % 17 < 12;
    if (stroke && y < 90) return [20, 20, 30];
    const inBox = x + shift > 40 && x + shift < 100 && y > 30 && y < 80;
    return inBox ? [230, 40 + (x % 32), 60] : [(2 * x + shift) % 256, (y + 2 * shift) % 256, (x + y) % 200];
  };
}
