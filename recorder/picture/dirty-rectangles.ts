import { clip, contains, union, wasteOfUnion, type Rectangle } from './rectangle.js';

/** Rectangles kept apart at most: each costs a call to convert it, so more of them would not save time. */
export const MAX_DIRTY_RECTANGLES = 24;

/** Two rectangles become one when at most this share of it belongs to neither. */
const MERGE_WASTE = 0.2;

/**
 * What has changed since the list was last cleared, as a bounded list of rectangles. They cover at least what was added,
 * lie within the picture, and may overlap.
 */
export class DirtyRectangles {
  readonly #width: number;
  readonly #height: number;
  #list: Rectangle[] = [];

  /** For a picture of `width` x `height` pixels. */
  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  get empty(): boolean {
    return this.#list.length === 0;
  }

  /** The rectangles; the list is not written to any more once it was handed out. */
  get list(): readonly Rectangle[] {
    return this.#list;
  }

  /** Adds an area; what lies outside the picture is left out. */
  add(area: Rectangle): void {
    let added = clip(area, this.#width, this.#height);
    if (added === null) return;
    let rest = this.#list;
    for (;;) {
      const current: Rectangle = added;
      if (rest.some((other) => contains(other, current))) {
        this.#list = rest;
        return;
      }
      const partner = rest.findIndex((other) => mergeable(other, current));
      const other = rest[partner];
      if (other === undefined) break;
      added = union(other, current);
      rest = rest.toSpliced(partner, 1);
    }
    this.#list = [...rest, added];
    if (this.#list.length > MAX_DIRTY_RECTANGLES) this.#mergeCheapest();
  }

  clear(): void {
    this.#list = [];
  }

  #mergeCheapest(): void {
    const list = this.#list;
    let best = { waste: Infinity, first: 0, second: 1 };
    list.forEach((a, first) => {
      for (let second = first + 1; second < list.length; second += 1) {
        const waste = wasteOfUnion(a, list[second] ?? a);
        if (waste < best.waste) best = { waste, first, second };
      }
    });
    const a = list[best.first];
    const b = list[best.second];
    if (a === undefined || b === undefined) return;
    this.#list = list.filter((_, index) => index !== best.first && index !== best.second);
    this.add(union(a, b));
  }
}

function mergeable(a: Rectangle, b: Rectangle): boolean {
  const all = union(a, b);
  return wasteOfUnion(a, b) <= all.width * all.height * MERGE_WASTE;
}
